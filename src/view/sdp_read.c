/*
 * sdp_read - a session description (RFC 8866) as far as telephones need it; see detail.h.
 * One thing to know: it reads what stands there and judges nothing; lines it does not know are passed over.
 */
#include <string.h>

#include "detail.h"

/* Payload types with a name by RFC 3551. */
static const struct {
	const char *format, *name;
} sdp_static[] = { { "0", "PCMU/8000" }, { "3", "GSM/8000" }, { "4", "G723/8000" }, { "8", "PCMA/8000" },
	{ "9", "G722/8000" }, { "13", "CN/8000" }, { "15", "G728/8000" }, { "18", "G729/8000" }, { "26", "JPEG/90000" },
	{ "31", "H261/90000" }, { "34", "H263/90000" } };

static struct slice
sdp_known(struct slice format)
{
	for (size_t i = 0; i < sizeof sdp_static / sizeof sdp_static[0]; i++)
		if (slice_eq(format, slice_str(sdp_static[i].format)))
			return slice_str(sdp_static[i].name);
	return (struct slice){ NULL, 0 };
}

/* "audio 30000 RTP/AVP 8 101". */
static void
sdp_media_line(struct sdp *out, struct slice value, struct slice address, const char *direction)
{
	struct sdp_media *m;
	struct slice format;

	if (out->n == SDP_MEDIA) {
		out->media_left_out++;
		return;
	}
	m = &out->media[out->n++];
	*m = (struct sdp_media){ .address = address, .direction = direction };
	m->kind = slice_cut(&value, ' ');
	m->port = slice_cut(&value, ' ');
	m->protocol = slice_cut(&value, ' ');
	while (value.n > 0) {
		format = slice_cut(&value, ' ');
		if (format.n == 0)
			continue;
		if (m->n_codecs == SDP_CODECS)
			m->codecs_left_out++;
		else
			m->codec[m->n_codecs++] = (struct sdp_codec){ format, sdp_known(format) };
	}
}

static void
sdp_name(struct sdp_media *m, struct slice value)
{
	struct slice format = slice_cut(&value, ' ');

	for (size_t i = 0; m != NULL && i < m->n_codecs; i++)
		if (slice_eq(m->codec[i].format, format))
			m->codec[i].name = slice_trim(value);
}

static const char *
sdp_direction(struct slice value)
{
	static const char *const words[] = { "sendrecv", "sendonly", "recvonly", "inactive" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_eq(value, slice_str(words[i])))
			return words[i];
	return NULL;
}

/* One "a=" line of a medium, or of the session where m is NULL. */
static void
sdp_attribute(struct sdp_media *m, const char **direction, struct slice value)
{
	const char *way = sdp_direction(value);
	struct slice name;

	if (way != NULL) {
		*(m != NULL ? &m->direction : direction) = way;
		return;
	}
	name = slice_cut(&value, ':');
	if (slice_eq(name, slice_str("rtpmap")))
		sdp_name(m, value);
	else if (m != NULL && slice_eq(name, slice_str("ptime")))
		m->ptime = slice_trim(value);
	else if (m != NULL && m->crypto.n == 0 && slice_eq(name, slice_str("crypto"))) {
		(void)slice_cut(&value, ' ');
		m->crypto = slice_cut(&value, ' '); /* the suite; the key stays where it is */
	} else if (m != NULL && m->crypto.n == 0 && slice_eq(name, slice_str("fingerprint")))
		m->crypto = slice_str("DTLS");
}

/* "IN IP4 192.0.2.1": the address. */
static struct slice
sdp_address(struct slice value)
{
	(void)slice_cut(&value, ' ');
	(void)slice_cut(&value, ' ');
	return slice_trim(value);
}

bool
sdp_read(struct slice body, struct sdp *out)
{
	struct slice line, address = { NULL, 0 };
	const char *direction = "sendrecv";
	bool version = false;

	*out = (struct sdp){ .n = 0 };
	while (message_line(&body, &line)) {
		struct sdp_media *m = out->n > 0 ? &out->media[out->n - 1] : NULL;
		struct slice value = { line.p, 0 };

		if (line.n < 2 || line.p[1] != '=')
			continue;
		value = (struct slice){ line.p + 2, line.n - 2 };
		switch (line.p[0]) {
		case 'v':
			version = true;
			break;
		case 'o':
			out->user = value;
			break;
		case 's':
			out->session = value;
			break;
		case 'c':
			*(m != NULL ? &m->address : &address) = sdp_address(value);
			break;
		case 'm':
			sdp_media_line(out, value, address, direction);
			break;
		case 'a':
			/* Of media that were left out nothing is taken for one of the others. */
			if (out->media_left_out == 0)
				sdp_attribute(m, &direction, value);
			break;
		default:
			break;
		}
	}
	return version;
}
