// Package alertmanager tests what the sidecar makes of drop-ins against
// Alertmanager itself: that it takes what was published, routes by it, and that one
// drop-in which it refuses harms no other.
package alertmanager
