//go:build !linux && !darwin

package disk

import "errors"

func statfs(string) (Usage, error) { return Usage{}, errors.ErrUnsupported }
