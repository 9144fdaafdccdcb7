/*
 * sockaddr - an endpoint as the kernel's sockets know it, and back (ip(7), ipv6(7)).
 */
#ifndef SIPWHY_SOCKADDR_H
#define SIPWHY_SOCKADDR_H

#include <sys/socket.h>

#include "sipwhy/frame.h"

/* *out is sa with its port; family 0 when sa is NULL or of another family (a unix socket). */
void sockaddr_endpoint(struct endpoint *out, const struct sockaddr *sa);

/* *ss is e, whose family is 4 or 6; returns its length. */
socklen_t sockaddr_make(struct sockaddr_storage *ss, const struct endpoint *e);

#endif
