package operatorobjects

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Reference names a Secret or a ConfigMap that an object refers to. It is
// always in the object's own namespace.
type Reference struct {
	// Kind is "Secret" or "ConfigMap".
	Kind      string
	Namespace string
	Name      string
}

// String returns "Secret namespace/name".
func (r Reference) String() string { return r.Kind + " " + r.Namespace + "/" + r.Name }

// Lookup finds what objects refer to. An error for which
// [apierrors.IsNotFound] or [apierrors.IsForbidden] holds is told to the
// object's owner; any other fails the conversion, which is then to be tried
// again. What it returns is not changed.
type Lookup interface {
	Secret(namespace, name string) (*corev1.Secret, error)
	ConfigMap(namespace, name string) (*corev1.ConfigMap, error)
}

// selected is one key that an object's field refers to.
type selected struct {
	path string
	ref  Reference
	key  string
}

// selections returns all keys that the object refers to, in whatever field.
func selections(o Object) []selected {
	var found []selected
	add := func(f field, kind, name, key string) {
		// The API types have selectors that are not pointers, which are empty if not set.
		if name != "" && key != "" {
			found = append(found, selected{f.path, Reference{kind, o.GetNamespace(), name}, key})
		}
	}
	walkSpec(o, func(f field) bool {
		switch s := f.value.Interface().(type) {
		case corev1.SecretKeySelector:
			add(f, "Secret", s.Name, s.Key)
			return false
		case corev1.ConfigMapKeySelector:
			add(f, "ConfigMap", s.Name, s.Key)
			return false
		case monitoringv1.SecretOrConfigMap:
			// With both set, the operator reads the Secret only.
			if s.Secret != nil {
				add(f, "Secret", s.Secret.Name, s.Secret.Key)
				return false
			}
		}
		return true
	})
	slices.SortStableFunc(found, func(x, y selected) int { return cmp.Compare(x.path, y.path) })
	return found
}

// resolve looks up all that the object refers to. It returns a store for the
// operator's library, which finds everything there and asks no API server.
func resolve(o Object, lookup Lookup) (*assets.StoreBuilder, []Reference, []dropin.Problem, error) {
	store := assets.NewStoreBuilder(nil, nil)
	objects := map[Reference]any{}
	failures := map[Reference]error{}
	var refs []Reference
	var problems []dropin.Problem
	for _, s := range selections(o) {
		if !slices.Contains(refs, s.ref) {
			refs = append(refs, s.ref)
			object, err := find(lookup, s.ref)
			if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsForbidden(err) {
				return nil, refs, nil, fmt.Errorf("look up %s: %w", s.ref, err)
			}
			if err == nil {
				err = store.AddObject(object)
			}
			objects[s.ref], failures[s.ref] = object, err
		}
		if pr := missing(s, objects[s.ref], failures[s.ref]); pr != nil {
			problems = append(problems, *pr)
		}
	}
	slices.SortFunc(refs, func(x, y Reference) int { return cmp.Compare(x.String(), y.String()) })
	return store, refs, problems, nil
}

func find(lookup Lookup, ref Reference) (any, error) {
	if ref.Kind == "Secret" {
		return lookup.Secret(ref.Namespace, ref.Name)
	}
	return lookup.ConfigMap(ref.Namespace, ref.Name)
}

// missing returns the problem of a reference that does not lead to a value.
func missing(s selected, object any, failure error) *dropin.Problem {
	pr := &dropin.Problem{Code: dropin.CodeMissingReference}
	switch {
	case apierrors.IsForbidden(failure):
		pr.Message = fmt.Sprintf("%s refers to %s, which the sidecar may not read", s.path, s.ref)
		pr.Remedy = "Let the sidecar's service account get it, by a Role and RoleBinding in the namespace."
	case failure != nil:
		pr.Message = fmt.Sprintf("%s refers to %s, which does not exist", s.path, s.ref)
		pr.Remedy = "Create it, or correct the name; the object is read again when it is there."
	case !has(object, s.key):
		pr.Message = fmt.Sprintf("%s refers to the key %q of %s, which it does not have", s.path, s.key, s.ref)
		pr.Remedy = "Add the key, or correct its name; the object is read again when it is there."
	default:
		return nil
	}
	return pr
}

func has(object any, key string) bool {
	switch o := object.(type) {
	case *corev1.Secret:
		_, ok := o.Data[key]
		return ok
	case *corev1.ConfigMap:
		_, ok := o.Data[key]
		return ok
	}
	return false
}

// errNoLookup is returned for an object with references if none can be looked up.
var errNoLookup = errors.New("nothing can be looked up")

// noLookup stands for a Lookup that was not given.
type noLookup struct{}

func (noLookup) Secret(string, string) (*corev1.Secret, error)       { return nil, errNoLookup }
func (noLookup) ConfigMap(string, string) (*corev1.ConfigMap, error) { return nil, errNoLookup }
