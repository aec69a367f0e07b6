//go:build linux

package node

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// restartAfter keeps a program that cannot start from filling its log.
const restartAfter = time.Second

// networkPolicies is the program that enforces NetworkPolicies, and the user it is.
const networkPolicies = "network-policies"

// program is one of the node's programs.
type program struct {
	name string
	args []string
}

func (n Node) programs() []program {
	programs := []program{
		{"containerd", []string{"/usr/bin/containerd", "--config", n.Path("containerd.toml")}},
		{"kubelet", []string{n.Bin("kubelet"),
			"--config=" + n.Path("kubelet.yaml"),
			"--kubeconfig=" + n.Path("kubelet.kubeconfig"),
			"--hostname-override=" + n.Name(),
			"--node-ip=" + n.IP().String(),
		}},
		{"kube-proxy", []string{n.Bin("kube-proxy"),
			"--kubeconfig=" + n.Path("kube-proxy.kubeconfig"),
			"--hostname-override=" + n.Name(),
			"--proxy-mode=nftables",
			"--cluster-cidr=" + n.PodCIDR().String(),
			"--conntrack-max-per-core=0", // the limit is the machine's, not the node's
			"--metrics-bind-address=0.0.0.0:10249",
		}},
	}
	// It is built only when asked for, since that takes minutes.
	if _, err := os.Stat(n.Bin(networkPolicies)); err == nil {
		programs = append(programs, program{networkPolicies, []string{n.Bin(networkPolicies),
			"--kubeconfig=" + n.Path(networkPolicies+".kubeconfig"),
			"--hostname-override=" + n.Name(),
			"--service-cluster-ip-range=" + n.ServiceCIDR().String(),
		}})
	}
	return programs
}

// supervise starts the programs and starts again what ends. As the first process it is
// also the parent of every orphan, such as containerd's shims, and the only place that waits for any.
func (n Node) supervise(logger *slog.Logger) error {
	running := map[int]program{}
	for _, p := range n.programs() {
		pid, err := n.spawn(p)
		if err != nil {
			return err
		}
		running[pid] = p
	}
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("wait for the node's programs: %w", err)
		}
		p, ours := running[pid]
		if !ours {
			continue
		}
		delete(running, pid)
		logger.Warn("program ended, starting it again", "program", p.name, "how", how(status))
		time.Sleep(restartAfter)
		if pid, err = n.spawn(p); err != nil {
			return err
		}
		running[pid] = p
	}
}

// how says in which way a program ended.
func how(status syscall.WaitStatus) string {
	if status.Signaled() {
		return "killed by " + status.Signal().String()
	}
	return fmt.Sprintf("exit status %d", status.ExitStatus())
}

// spawn starts a program without os/exec, whose own waiting would compete with supervise.
func (n Node) spawn(p program) (int, error) {
	path := n.LogPath(p.name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return 0, err
	}
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", n.Processes.Mark(n.Name() + "/" + p.name)}
	pid, err := syscall.ForkExec(p.args[0], p.args, &syscall.ProcAttr{
		Dir:   "/",
		Env:   env,
		Files: []uintptr{os.Stdin.Fd(), log.Fd(), log.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return 0, fmt.Errorf("start %s: %w", p.name, err)
	}
	return pid, nil
}
