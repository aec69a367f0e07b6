package sidecar

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Key names an object among those of all sources.
type Key struct {
	// Kind is the object's kind, as in its manifest.
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// String returns "namespace/name", which is how the Refs of its drop-ins begin.
func (k Key) String() string { return k.Namespace + "/" + k.Name }

// keyOf returns the key of the object that a drop-in is of.
func keyOf(ref dropin.Ref) Key {
	return Key{Kind: ref.ObjectKind(), Namespace: ref.Namespace, Name: ref.Name}
}

// Object is what the loop needs to know of an object that holds drop-ins,
// whatever its kind.
type Object struct {
	Key        Key
	APIVersion string
	UID        types.UID
	// Version is the resourceVersion.
	Version string
	// Generation counts the edits of the spec, in kinds that have one.
	Generation int64
	// Release is the only release that the object is for; empty means any.
	Release string
	// Stamp names the content: while it stays the same, so do the drop-ins. Empty
	// if nothing is known without looking.
	Stamp string
	// Unpack returns the drop-ins in the object, and what is wrong with those that
	// cannot be read. A problem without a key is about the whole object.
	Unpack func() ([]dropin.Item, []dropin.Problem)
	// Locate puts problems that the check of an item found into terms of the
	// object. Nil leaves them as they are.
	Locate func(dropin.Item, []dropin.Problem) []dropin.Problem
}

// FromConfigMap returns the object of a ConfigMap, which must not be changed
// afterwards.
func FromConfigMap(cm *corev1.ConfigMap) *Object {
	o := coreObject(dropin.ObjectConfigMap, cm)
	o.Unpack = func() ([]dropin.Item, []dropin.Problem) { return dropin.FromConfigMap(cm) }
	return o
}

// FromSecret returns the object of a Secret, which must not be changed afterwards.
func FromSecret(s *corev1.Secret) *Object {
	o := coreObject(dropin.ObjectSecret, s)
	o.Unpack = func() ([]dropin.Item, []dropin.Problem) { return dropin.FromSecret(s) }
	return o
}

func coreObject(kind string, m metav1.Object) *Object {
	o := &Object{
		Key:        Key{Kind: kind, Namespace: m.GetNamespace(), Name: m.GetName()},
		APIVersion: "v1",
		UID:        m.GetUID(),
		Version:    m.GetResourceVersion(),
		Release:    m.GetLabels()[dropin.LabelRelease],
	}
	if o.Version != "" { // there is none in a directory
		o.Stamp = string(o.UID) + "/" + o.Version
	}
	return o
}
