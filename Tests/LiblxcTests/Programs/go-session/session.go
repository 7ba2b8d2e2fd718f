// SPDX-License-Identifier: Apache-2.0

// A first container by way of go-lxc, Debian's Go package on top of the C library; prints one line for each step.
//
//	go-session PATH NAME
package main

import (
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"time"

	"gopkg.in/lxc/go-lxc.v2"
)

func show(what string, value interface{}) { fmt.Printf("%s: %v\n", what, value) }

func must(what string, err error) {
	if err != nil {
		fmt.Printf("%s failed: %v\n", what, err)
		os.Exit(1)
	}
}

// What a command in the container prints, and its status.
func output(c *lxc.Container, options lxc.AttachOptions, words ...string) string {
	read, write, err := os.Pipe()
	must("pipe", err)
	options.StdoutFd = write.Fd()
	status, err := c.RunCommandStatus(words, options)
	must("attach", err)
	write.Close()
	text, err := io.ReadAll(read)
	must("read", err)
	read.Close()
	return fmt.Sprintf("%s, status %d", strings.Join(strings.Fields(string(text)), " "), status)
}

func clones(c *lxc.Container, path, name string) {
	options := lxc.CloneOptions{Backend: lxc.Overlayfs, ConfigPath: path, Snapshot: true}
	must("clone", c.Clone(name, options))
	clone, err := lxc.NewContainer(name, path)
	must("clone's object", err)
	defer clone.Release()
	show("clone's root", strings.Replace(clone.ConfigItem("lxc.rootfs.path")[0], path, "P", -1))
	must("start of the clone", clone.Start())
	show("clone", clone.State())
	must("shutdown of the clone", clone.Shutdown(20*time.Second))
	show("clone", clone.State())
	must("destroy of the clone", clone.Destroy())
	must("plain copy", c.Clone(name, lxc.CloneOptions{ConfigPath: path}))
	again, err := lxc.NewContainer(name, path)
	must("copy's object", err)
	defer again.Release()
	must("rename", again.Rename(name+"r"))
	show("names", strings.Replace(strings.Join(lxc.DefinedContainerNames(path), " "), c.Name(), "N", -1))
	renamed, err := lxc.NewContainer(name+"r", path)
	must("renamed one's object", err)
	defer renamed.Release()
	must("destroy of the copy", renamed.Destroy())
}

func snapshots(c *lxc.Container) {
	snapshot, err := c.CreateSnapshot()
	must("snapshot", err)
	all, err := c.Snapshots()
	must("list of snapshots", err)
	show("snapshots", fmt.Sprintf("%d, the first is %s", len(all), all[0].Name))
	must("restore of a snapshot", c.RestoreSnapshot(*snapshot, c.Name()))
	must("removal of a snapshot", c.DestroySnapshot(*snapshot))
}

func main() {
	path, name := os.Args[1], os.Args[2]
	show("version", lxc.VersionAtLeast(4, 0, 0))
	show("extensions", fmt.Sprint(lxc.HasAPIExtension("pidfd"), lxc.HasAPIExtension("no such extension")))
	show("items", fmt.Sprint(lxc.IsSupportedConfigItem("lxc.uts.name"), lxc.IsSupportedConfigItem("lxc.no.such")))

	c, err := lxc.NewContainer(name, path)
	must("object", err)
	defer c.Release()
	show("defined", c.Defined())
	must("create", c.Create(lxc.BusyboxTemplateOptions))
	show("defined", c.Defined())
	c.ClearConfigItem("lxc.net")
	must("item", c.SetConfigItem("lxc.net.0.type", "veth"))
	must("item", c.SetConfigItem("lxc.net.0.flags", "up"))
	must("item", c.SetConfigItem("lxc.net.0.ipv4.address", "192.0.2.9/24"))
	must("item", c.SetConfigItem("lxc.environment", "FROM=config"))
	show("unknown item", c.SetConfigItem("lxc.no.such", "x"))
	must("save", c.SaveConfigFile(c.ConfigFileName()))
	show("host name", c.ConfigItem("lxc.uts.name")[0] == name)
	show("keys of the device", strings.Join(c.ConfigKeys("lxc.net.0")[:3], " "))

	must("start", c.Start())
	show("start again", c.Start())
	show("state", c.State())
	show("process", c.InitPid() > 1)
	show("waited", c.Wait(lxc.RUNNING, time.Second))
	show("running item", c.RunningConfigItem("lxc.net.0.type")[0])
	interfaces, err := c.Interfaces()
	must("interfaces", err)
	sort.Strings(interfaces)
	show("interfaces", interfaces)
	addresses, err := c.WaitIPAddresses(5 * time.Second)
	must("addresses", err)
	show("addresses", addresses)

	show("attach", output(c, lxc.DefaultAttachOptions, "sh", "-c", "echo in `hostname | cut -c1-2` as `id -u`; exit 7"))
	options := lxc.DefaultAttachOptions
	options.ClearEnv = true
	options.Env = []string{"WORD=given"}
	options.Cwd = "/tmp"
	options.UID, options.GID = 1000, 1000
	show("attach", output(c, options, "sh", "-c", "echo $WORD $FROM `pwd` `id -u` `id -G`"))
	pid, err := c.RunCommandNoWait([]string{"sh", "-c", "exit 3"}, lxc.DefaultAttachOptions)
	must("attach without waiting", err)
	process, err := os.FindProcess(pid)
	must("process", err)
	ended, err := process.Wait()
	must("wait", err)
	show("attach without waiting", ended.ExitCode())

	must("freeze", c.Freeze())
	show("state", c.State())
	must("unfreeze", c.Unfreeze())
	show("state", c.State())
	show("listed", len(lxc.ActiveContainerNames(path)))
	must("stop", c.Stop())
	show("state", c.State())

	clones(c, path, name+"c")
	snapshots(c)
	must("destroy", c.Destroy())
	show("listed", len(lxc.Containers(path)))
}
