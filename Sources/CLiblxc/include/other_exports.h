// SPDX-License-Identifier: Apache-2.0
#ifndef CLIBLXC_OTHER_EXPORTS_H
#define CLIBLXC_OTHER_EXPORTS_H

#include <lxc/lxccontainer.h>

// What C LXC's own dynamic tools (4.0 to 6.0) import, and no header declares. A list of definitions is only known by its address.
int lxc_config_define_add(void *definitions, char *definition);
bool lxc_config_define_load(void *definitions, struct lxc_container *container);
void lxc_config_define_free(void *definitions);

#endif
