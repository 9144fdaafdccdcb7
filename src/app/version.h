/* version - one name for the version that configure knows. */
#ifndef APP_VERSION_H
#define APP_VERSION_H

#ifndef PACKAGE_VERSION
#error "PACKAGE_VERSION comes from configure"
#endif
#define SIPWHY_VERSION PACKAGE_VERSION

#endif
