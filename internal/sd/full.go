//go:build full

package sd

import (
	// Every discovery upstream has. Most of them bring a cloud provider's SDK:
	// the binary grows by a third, so the default build goes without.
	_ "github.com/prometheus/prometheus/plugins"
)
