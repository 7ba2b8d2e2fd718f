// SPDX-License-Identifier: Apache-2.0

/// What the libraries can do, by the names that C LXC gave it.
package enum APIExtensions {
    /// All that are there.
    package static let names: Set<String> = [
        "lxc_log", "lxc_config_item_is_supported", "console_log", "reboot2", "mount_injection", "cgroup_relative", "mount_injection_file",
        "seccomp_allow_nesting", "seccomp_notify", "seccomp_notify_fd_active", "seccomp_proxy_send_notify_fd", "network_veth_routes",
        "network_ipvlan", "network_l2proxy",
        "network_gateway_device_route", "network_phys_macvlan_mtu", "network_veth_router", "cgroup2_devices", "cgroup2", "pidfd",
        "cgroup_advanced_isolation", "network_bridge_vlan", "time_namespace", "seccomp_allow_deny_syntax", "devpts_fd", "idmapped_mounts",
        "idmapped_mounts_v2", "core_scheduling", "cgroup2_auto_mounting", "environment_runtime_hooks",
    ]
}
