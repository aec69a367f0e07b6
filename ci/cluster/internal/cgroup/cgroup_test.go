//go:build linux

package cgroup

import (
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, mountinfo string
		want            []Hierarchy
	}{
		{
			name: "v1 beside v2, controllers that share a mount",
			mountinfo: `31 25 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755
32 31 0:27 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw,nsdelegate
33 31 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct
34 31 0:29 / /sys/fs/cgroup/systemd rw shared:11 - cgroup cgroup rw,xattr,release_agent=/x,name=systemd
`,
			want: []Hierarchy{
				{Path: "/sys/fs/cgroup/cpu,cpuacct", Options: "cpu,cpuacct"},
				{Path: "/sys/fs/cgroup/systemd", Options: "none,name=systemd"},
			},
		},
		{
			name:      "v2 alone",
			mountinfo: "32 25 0:27 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n",
			want:      []Hierarchy{{Path: "/sys/fs/cgroup", V2: true}},
		},
		{name: "none", mountinfo: "25 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := parse(strings.NewReader(tt.mountinfo)); !slices.Equal(got, tt.want) {
				t.Errorf("parse() = %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestHierarchiesOfThisMachine(t *testing.T) {
	got, err := Hierarchies()
	if err != nil || len(got) == 0 {
		t.Errorf("Hierarchies() = %v, %v", got, err)
	}
}
