package sidecar

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// store holds every object and drop-in. Only the loop touches it.
type store struct {
	policy dropin.Policy
	kinds  []dropin.Kind
	// remindAfter is when problems that stay are told again.
	remindAfter time.Duration
	// objects are those that a source has shown.
	objects map[Key]*object
	records map[dropin.Ref]*record
	// chosen is what the newest assembly took, by Ref.
	chosen map[dropin.Ref]*dropin.Checked
}

// object is one object of a source. Its content is not kept, only what was made
// of it.
type object struct {
	apiVersion string
	uid        types.UID
	version    string
	generation int64
	stamp      string
	refs       []dropin.Ref
	// told is what its owner was last told.
	told   told
	toldAt time.Time
}

func newStore(opts Options) *store {
	s := &store{
		policy:  opts.Policy,
		kinds:   opts.Kinds,
		objects: map[Key]*object{},
		records: map[dropin.Ref]*record{},

		remindAfter: opts.RemindAfter,
	}
	for _, c := range opts.Restored {
		s.records[c.Ref] = &record{
			ref: c.Ref, kind: c.Kind, version: c.Version,
			confirmed: &c, restored: true,
		}
	}
	return s
}

// put takes an object as it is now and says whether anything changed. Keys with
// the bytes they had before are not checked again.
func (s *store) put(now *Object) (changed bool) {
	obj := s.objects[now.Key]
	if obj == nil {
		obj = &object{}
		s.objects[now.Key] = obj
	}
	// A list after a broken watch delivers everything again. Without a stamp, as
	// in a directory, each key's bytes tell.
	same := obj.stamp != "" && obj.stamp == now.Stamp
	obj.apiVersion, obj.uid, obj.version = now.APIVersion, now.UID, now.Version
	// The owner of an object with generations is told about each of them.
	newer := obj.generation != now.Generation
	obj.generation, obj.stamp = now.Generation, now.Stamp
	if same {
		return newer
	}

	items, problems := now.Unpack()
	byRef := map[dropin.Ref][]dropin.Problem{}
	var whole []dropin.Problem
	for _, p := range problems {
		switch {
		case !s.serves(p.Kind):
		case p.Ref.IsObject():
			whole = append(whole, p)
			byRef[p.Ref] = append(byRef[p.Ref], p)
		default:
			byRef[p.Ref] = append(byRef[p.Ref], p)
		}
	}
	var refs []dropin.Ref
	for _, it := range items {
		if !s.serves(it.Kind) {
			continue
		}
		refs = append(refs, it.Ref)
		changed = s.putItem(it, now.Locate) || changed
	}
	for ref, ps := range byRef {
		refs = append(refs, ref)
		s.record(ref).edit(nil, ps)
		s.records[ref].version = now.Version
		changed = true
	}
	if len(whole) > 0 {
		// The object cannot be read at all, so nothing says that its drop-ins
		// should go: they stay as they last were good.
		for _, ref := range s.refsOf(now.Key, obj) {
			if !slices.Contains(refs, ref) {
				refs = append(refs, ref)
				s.records[ref].edit(nil, whole)
			}
		}
	}
	for _, ref := range s.refsOf(now.Key, obj) {
		if !slices.Contains(refs, ref) {
			delete(s.records, ref)
			changed = true
		}
	}
	obj.refs = refs
	return changed || newer
}

// putItem checks an item unless it is what it was.
func (s *store) putItem(it dropin.Item, locate func(dropin.Item, []dropin.Problem) []dropin.Problem) (changed bool) {
	r := s.record(it.Ref)
	r.version = it.Version
	sum := sha256.Sum256(it.Data)
	if old := r.latest; old != nil && old.Source == hex.EncodeToString(sum[:]) && old.Kind == it.Kind &&
		old.Folder == it.Folder && old.Created.Equal(it.Created) {
		return false
	}
	c := dropin.Check(it, s.policy)
	if locate != nil {
		c.Problems = locate(it, c.Problems)
	} else {
		c.Problems = it.WithExcerpts(c.Problems)
	}
	r.edit(&c, c.Problems)
	return true
}

func (s *store) record(ref dropin.Ref) *record {
	r := s.records[ref]
	if r == nil {
		r = &record{ref: ref}
		s.records[ref] = r
	}
	return r
}

// refsOf returns the drop-ins that an object had so far. One that was restored
// and not shown by a source before has them in the records only.
func (s *store) refsOf(key Key, obj *object) []dropin.Ref {
	if obj.refs != nil {
		return obj.refs
	}
	var refs []dropin.Ref
	for ref, r := range s.records {
		if r.restored && keyOf(ref) == key {
			refs = append(refs, ref)
		}
	}
	return refs
}

// remove forgets an object that is gone, its last good versions included: what
// somebody deleted must not live on.
func (s *store) remove(key Key) (changed bool) {
	obj := s.objects[key]
	if obj == nil {
		return false
	}
	for _, ref := range obj.refs {
		delete(s.records, ref)
	}
	delete(s.objects, key)
	return true
}

// settled forgets what an earlier life left and a source that has now delivered
// everything did not show: it was deleted meanwhile.
func (s *store) settled(src SourceStatus) {
	for ref, r := range s.records {
		if r.restored && src.covers(ref) {
			delete(s.records, ref)
		}
	}
}

// confirm notes what the reader uses now.
func (s *store) confirm(items []dropin.Checked) {
	live := make(map[dropin.Ref]*dropin.Checked, len(items))
	for i := range items {
		live[items[i].Ref] = &items[i]
	}
	for ref, r := range s.records {
		r.live = live[ref]
		if r.live == nil {
			continue
		}
		r.confirmed = r.live
		delete(r.refused, r.live.SHA256)
		if r.latest != nil && r.live.SHA256 == r.latest.SHA256 {
			r.good = nil
		}
	}
}

// forgive gives versions that the reader refused long ago another chance.
func (s *store) forgive(before time.Time) (any bool) {
	for _, r := range s.records {
		any = r.forgive(before) || any
	}
	return any
}

// serves says whether drop-ins of a kind are this sidecar's. A problem without a
// kind is about a label nobody can read, which the server's sidecar tells.
func (s *store) serves(k dropin.Kind) bool {
	if k == "" {
		return slices.Contains(s.kinds, dropin.KindRules)
	}
	return slices.Contains(s.kinds, k)
}
