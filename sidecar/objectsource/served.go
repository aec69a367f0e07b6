package objectsource

import (
	"context"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// Resource is how a cluster serves a kind.
type Resource struct {
	schema.GroupVersionResource
	Kind operatorobjects.Kind
	// Status says that the kind has conditions to be set.
	Status bool
}

// versions are asked for in this order, and the first that serves a kind is
// read. AlertmanagerConfigs are v1alpha1 where no webhook converts them, and a
// v1beta1 without one would be read as what it is not.
func versions() []string { return []string{"v1", "v1alpha1", "v1beta1"} }

// askedAgain is how old an answer of the API server may be. All kinds ask at
// their own time, and the answer to one is the answer to all.
const askedAgain = 3 * time.Second

// Discovery is what is asked of an API server's discovery.
type Discovery interface {
	ServerResourcesForGroupVersionWithContext(ctx context.Context, groupVersion string) (*metav1.APIResourceList, error)
}

// Served says which kinds a cluster serves.
type Served struct {
	client Discovery

	mu    sync.Mutex // guards kinds and at, and makes all who ask at once ask once
	kinds map[operatorobjects.Kind]Resource
	at    time.Time
}

// NewServed asks with client.
func NewServed(client Discovery) *Served { return &Served{client: client} }

// Forget makes the next question one to the API server.
func (s *Served) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = time.Time{}
}

// Ask returns the resource of a kind, or false if the cluster does not serve it.
func (s *Served) Ask(ctx context.Context, kind operatorobjects.Kind) (Resource, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at.IsZero() || time.Since(s.at) > askedAgain {
		kinds, err := s.discover(ctx)
		if err != nil {
			return Resource{}, false, fmt.Errorf("ask which kinds of %s there are: %w", operatorobjects.Group, err)
		}
		s.kinds, s.at = kinds, time.Now()
	}
	r, ok := s.kinds[kind]
	return r, ok, nil
}

func (s *Served) discover(ctx context.Context) (map[operatorobjects.Kind]Resource, error) {
	kinds := map[operatorobjects.Kind]Resource{}
	for _, version := range versions() {
		gv := schema.GroupVersion{Group: operatorobjects.Group, Version: version}
		list, err := s.client.ServerResourcesForGroupVersionWithContext(ctx, gv.String())
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, kind := range operatorobjects.Kinds() {
			if _, earlier := kinds[kind]; earlier {
				continue
			}
			r := Resource{GroupVersionResource: gv.WithResource(kind.Resource()), Kind: kind}
			served := false
			for _, found := range list.APIResources {
				served = served || found.Name == r.Resource
				r.Status = r.Status || found.Name == r.Resource+"/status"
			}
			if served {
				kinds[kind] = r
			}
		}
	}
	return kinds, nil
}
