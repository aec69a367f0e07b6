//go:build linux || darwin

package disk

import "syscall"

// statfs reads the volume that dir is on. Available leaves out what only root
// may use.
func statfs(dir string) (Usage, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return Usage{}, err
	}
	block := int64(s.Bsize)
	return Usage{Total: int64(s.Blocks) * block, Available: int64(s.Bavail) * block}, nil
}
