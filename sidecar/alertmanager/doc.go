// Package alertmanager brings fragments of configuration to Alertmanager: it merges
// what drop-ins add into the platform's own alertmanager.yml, writes the result
// where Alertmanager reads it, has it reload, and confirms by Alertmanager's own
// metrics that it runs just that.
//
// The last good versions, the search for a drop-in at fault and all telling are
// those of package sidecar. What a fragment may hold is for package dropin.
package alertmanager
