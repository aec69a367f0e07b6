// Package operatorobjects turns objects of the API group monitoring.coreos.com
// into drop-ins, one object at a time, for clusters in which teams already have
// ServiceMonitors, PodMonitors, Probes, ScrapeConfigs, PrometheusRules and
// AlertmanagerConfigs.
//
// The Prometheus operator's own generators do the conversion, so that an object
// means here what it means there. What they add for an operator's sake, such as
// sharding, is taken away again.
//
// It is pure: objects, what they refer to and the policy come in, items and
// problems go out. It watches nothing and it writes nothing. Items are not
// checked as drop-ins yet; that is for package dropin, as for all other drop-ins.
package operatorobjects
