// SPDX-License-Identifier: Apache-2.0
#ifndef CLIBLXC_H
#define CLIBLXC_H

#include "attach_child.h"
#include "container_memory.h"
#include "layout_checks.h"
#include "other_exports.h"

#include <lxc/lxccontainer.h>
#include <lxc/version.h>

#endif
