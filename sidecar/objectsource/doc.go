// Package objectsource watches objects of the API group monitoring.coreos.com for
// the sidecar: each kind as soon as the cluster serves it and the sidecar may
// read it, each object on its own, together with the Secrets and ConfigMaps that
// it refers to.
//
// What an object means is for package operatorobjects. This package keeps no
// object: of each it remembers what it refers to, so that a change there leads
// to a new conversion.
package objectsource
