// Package apiserver holds what every client of the Kubernetes API server here
// has in common.
package apiserver

import "os"

// The variables by which client-go is told how to find dead connections, and
// what it is told unless somebody set them.
var health = map[string]string{
	"HTTP2_READ_IDLE_TIMEOUT_SECONDS": "3",
	"HTTP2_PING_TIMEOUT_SECONDS":      "3",
}

// NoticeDeadConnections makes client-go ping the API server over each
// connection that was silent for three seconds, and give it up three seconds
// after that. It must be called before the first client is made.
//
// A watch whose packets go nowhere, after the API server or a node has moved
// and left a route behind, looks like one on which nothing happens. By
// client-go's own values that lasts 45 seconds, in which no change arrives. A
// ping is 17 bytes. There is no other way to say so than the environment.
func NoticeDeadConnections() error {
	for name, value := range health {
		if os.Getenv(name) != "" {
			continue
		}
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}
