package objectsource

import (
	"log/slog"

	"k8s.io/client-go/dynamic"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// Options say what a [Source] reads. Client, Served, References and Conditions are
// those of all kinds.
type Options struct {
	Kind operatorobjects.Kind
	// Namespace is the only one that is read; empty means all.
	Namespace string
	// Selector is a label selector; empty takes every object.
	Selector string

	Client     dynamic.Interface
	Served     *Served
	References *References
	// Conditions may be nil: then nobody wants to know what conditions an object has.
	Conditions *Conditions
	Converter  *operatorobjects.Converter
	Logger     *slog.Logger
}
