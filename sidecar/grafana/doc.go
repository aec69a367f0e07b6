// Package grafana brings dashboards and datasources to Grafana: it writes the files
// that Grafana provisions itself from, asks its provisioning API to read them, and
// looks whether everything is there, and gone what should be gone.
//
// The last good versions, the search for a drop-in at fault and all telling are
// those of package sidecar. What a dashboard or datasource may hold is for package
// dropin.
package grafana
