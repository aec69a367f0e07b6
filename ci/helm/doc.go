// Package helm holds the chart against programs of its users and of the field:
// Helm 4 beside Helm 3, chart-testing's lint, and kubeconform with the schemas of
// the oldest, the middle and the newest Kubernetes that the chart is for.
//
// It is a module of its own because two versions of Helm in one process want
// versions of their own of much else.
package helm
