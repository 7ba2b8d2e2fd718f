// SPDX-License-Identifier: Apache-2.0
#include "other_exports.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

// Tools built with 6.0 set it around their calls; nothing here depends on it.
__thread struct lxc_conf *current_config;

// A setting that a tool was given on its command line.
struct definition {
    const void *list;
    char *key;
    char *value;
    struct definition *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct definition *definitions;

int lxc_config_define_add(void *list, char *text) {
    const char *equals = text ? strchr(text, '=') : NULL;
    if (!equals || equals == text) return -EINVAL;
    struct definition *added = calloc(1, sizeof *added);
    if (!added) return -ENOMEM;
    added->list = list;
    added->key = strndup(text, (size_t)(equals - text));
    added->value = strdup(equals + 1);
    if (!added->key || !added->value) {
        free(added->key);
        free(added->value);
        free(added);
        return -ENOMEM;
    }
    pthread_mutex_lock(&lock);
    struct definition **end = &definitions;
    while (*end) end = &(*end)->next;
    *end = added;
    pthread_mutex_unlock(&lock);
    return 0;
}

bool lxc_config_define_load(void *list, struct lxc_container *container) {
    bool isGood = container != NULL;
    pthread_mutex_lock(&lock);
    for (const struct definition *at = definitions; at && isGood; at = at->next) {
        if (at->list == list) isGood = container->set_config_item(container, at->key, at->value);
    }
    pthread_mutex_unlock(&lock);
    lxc_config_define_free(list);
    return isGood;
}

void lxc_config_define_free(void *list) {
    pthread_mutex_lock(&lock);
    for (struct definition **at = &definitions; *at;) {
        struct definition *found = *at;
        if (found->list != list) {
            at = &found->next;
            continue;
        }
        *at = found->next;
        free(found->key);
        free(found->value);
        free(found);
    }
    pthread_mutex_unlock(&lock);
}
