/* incident - names of its levels; see sipwhy/incident.h. */
#include "sipwhy/incident.h"

const char *
incident_level_name(unsigned level)
{
	static const char *const names[INCIDENT_LEVEL_N] = { [INCIDENT_NOTICE] = "notice",
		[INCIDENT_WARNING] = "warning",
		[INCIDENT_ERROR] = "error",
		[INCIDENT_CRITICAL] = "critical" };

	return level < INCIDENT_LEVEL_N ? names[level] : "-";
}
