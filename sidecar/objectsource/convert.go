package objectsource

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// read makes an object for the loop of what the API server sent. Nothing is
// converted before [Source.settle] has it unpacked.
func (s *Source) read(ctx context.Context, obj any) *sidecar.Object {
	obj, _ = decode(obj)
	m, ok := obj.(metav1.Object)
	if !ok {
		return nil
	}
	o := &sidecar.Object{
		Key:        sidecar.Key{Kind: string(s.opts.Kind), Namespace: m.GetNamespace(), Name: m.GetName()},
		UID:        m.GetUID(),
		Version:    m.GetResourceVersion(),
		Generation: m.GetGeneration(),
		Release:    m.GetLabels()[dropin.LabelRelease],
		Locate:     operatorobjects.Locate,
	}
	if r, ok := obj.(runtime.Object); ok {
		o.APIVersion = r.GetObjectKind().GroupVersionKind().GroupVersion().String()
	}
	ref := dropin.RefOfObject(s.opts.Kind.Resource(), m.GetNamespace(), m.GetName())
	switch obj := obj.(type) {
	case *undecodable:
		o.Unpack = func() ([]dropin.Item, []dropin.Problem) { return nil, []dropin.Problem{s.unreadable(ref, obj.err)} }
	case operatorobjects.Object:
		if s.opts.Conditions != nil {
			s.opts.Conditions.saw(o.Key, obj)
		}
		o.Unpack = func() ([]dropin.Item, []dropin.Problem) { return s.convert(ctx, o.Key, ref, obj) }
	default:
		return nil
	}
	return o
}

// settle converts the object here and now, unless it is what it was: in the
// loop it would hold up everything else. The caller has the turn.
func (s *Source) settle(o *sidecar.Object) {
	k := s.known[o.Key]
	if k == nil {
		k = &known{}
		s.known[o.Key] = k
	}
	version := string(o.UID) + "/" + o.Version
	if k.version == version && !k.due {
		o.Stamp = k.stamp
		return
	}
	k.version, k.due = version, false
	items, problems := o.Unpack()
	o.Unpack = func() ([]dropin.Item, []dropin.Problem) { return items, problems }
	s.conversions++
	k.stamp = fmt.Sprintf("%s#%d", version, s.conversions)
	o.Stamp = k.stamp
}

// convert converts an object. What cannot be done now is told, and tried again.
func (s *Source) convert(ctx context.Context, key sidecar.Key, ref dropin.Ref, o operatorobjects.Object) ([]dropin.Item, []dropin.Problem) {
	res, err := s.opts.Converter.Convert(operatorobjects.Input{Object: o, Lookup: s.opts.References.lookup(ctx, s, key)})
	s.opts.References.keep(s, key, res.References)
	if err != nil {
		s.log.Info("an object cannot be converted now; trying again", "kind", key.Kind, "object", key.String(), "err", err)
		s.again.AddRateLimited(key)
		return nil, []dropin.Problem{{
			Ref: ref, Kind: s.opts.Kind.DropIn(), Code: dropin.CodeMissingReference,
			Message: fmt.Sprintf("what it refers to cannot be read now: %v", err),
			Remedy:  "It is tried again.",
		}}
	}
	s.again.Forget(key)
	return res.Items, res.Problems
}

func (s *Source) unreadable(ref dropin.Ref, err error) dropin.Problem {
	return dropin.Problem{
		Ref: ref, Kind: s.opts.Kind.DropIn(), Code: dropin.CodeObjectInvalid, Message: err.Error(),
		Remedy: "Correct the field. The CRD in the cluster may be older than the object.",
	}
}

// forget drops what is remembered of an object that is gone. The caller has the turn.
func (s *Source) forget(key sidecar.Key) {
	delete(s.known, key)
	s.again.Forget(key)
	s.opts.References.keep(s, key, nil)
	if s.opts.Conditions != nil {
		s.opts.Conditions.forget(key)
	}
}

// changed is told that something that an object refers to has changed.
func (s *Source) changed(key sidecar.Key) { s.again.Add(key) }

// convertAgain converts objects whose references changed, or that could not be
// converted before. The object is read anew, since nothing keeps it.
func (s *Source) convertAgain(ctx context.Context, deliver func(sidecar.Event)) {
	for {
		key, quit := s.again.Get()
		if quit {
			return
		}
		if err := s.convertOnce(ctx, key, deliver); err != nil && ctx.Err() == nil {
			s.log.Info("an object cannot be read again; trying again", "kind", key.Kind, "object", key.String(), "err", err)
			s.again.AddRateLimited(key)
		}
		s.again.Done(key)
	}
}

func (s *Source) convertOnce(ctx context.Context, key sidecar.Key, deliver func(sidecar.Event)) error {
	resource, served, err := s.opts.Served.Ask(ctx, s.opts.Kind)
	if err != nil || !served {
		return err
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	k := s.known[key]
	if k == nil {
		return nil // gone since
	}
	u, err := s.opts.Client.Resource(resource.GroupVersionResource).Namespace(key.Namespace).Get(ctx, key.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil // the watch will say so
	}
	if err != nil {
		return err
	}
	k.due = true
	o := s.read(ctx, u)
	s.settle(o)
	deliver(sidecar.Event{Key: key, Object: o})
	return nil
}
