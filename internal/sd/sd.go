// Package sd links the service discoveries this project supports. Which
// *_sd_configs fields a configuration file may have depends on what a binary
// links (prometheus discovery/registry.go), so the server, the sidecar and the
// CLI all import this package and none links a discovery of its own: otherwise
// a check would pass what the server refuses.
//
// Static discovery is always there. The default build has those that make
// sense on Kubernetes; the "full" build tag adds all of upstream's.
package sd

import (
	// Registered by their init functions.
	_ "github.com/prometheus/prometheus/discovery/dns"
	_ "github.com/prometheus/prometheus/discovery/file"
	_ "github.com/prometheus/prometheus/discovery/http"
	_ "github.com/prometheus/prometheus/discovery/kubernetes"
)
