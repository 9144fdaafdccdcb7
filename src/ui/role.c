/* role - names of the theme roles; see sipwhy/ui.h.  One list (UI_ROLES) makes both the enum and these names. */
#include "sipwhy/ui.h"

#define ROLE_NAME(id, name) [ROLE_##id] = name,
static const char *const role_names[ROLE_N] = { UI_ROLES(ROLE_NAME) };
#undef ROLE_NAME

const char *
ui_role_name(enum ui_role r)
{
	return (unsigned)r < ROLE_N ? role_names[r] : "-";
}
