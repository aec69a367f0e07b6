package dropin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// headForm is the first line of Encode's form, with the digest as JSON.
const headForm = `{"digest":%s,"items":[`

// Encode returns the manifest as JSON with each item on a line of its own, so
// that a [ManifestReader] parses only the lines that it has not seen before.
func (m Manifest) Encode() ([]byte, error) {
	head, err := json.Marshal(m.Digest)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, headForm, head)
	for i, it := range m.Items {
		line, err := json.Marshal(it)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return b.Bytes(), nil
}

// ManifestReader parses manifests that differ little from one another, as those
// of successive generations do: what did not change is neither parsed nor
// allocated again. Its zero value is ready. It is not safe for concurrent use.
type ManifestReader struct {
	// raw is the manifest before, nil unless it is of Encode's form, and items
	// are what its lines hold.
	raw   []byte
	items []*ManifestItem
}

// ErrDigest says that a manifest does not describe itself, which is the first
// sign of a torn write: publishing is atomic, disks are not.
var ErrDigest = errors.New("the digest is not that of the items")

// Read parses a manifest, in the form of [Manifest.Encode] or any other JSON,
// and checks its digest. An item whose line did not change since the manifest
// before is the same pointer; nobody may write to it. The reader keeps raw,
// which must not change until another manifest was read without an error.
func (r *ManifestReader) Read(raw []byte) (digest string, items []*ManifestItem, err error) {
	digest, items, ok := r.lines(raw)
	if !ok {
		var m Manifest
		if err := json.Unmarshal(raw, &m); err != nil {
			return "", nil, err
		}
		digest, items = m.Digest, make([]*ManifestItem, len(m.Items))
		for i := range m.Items {
			items[i] = &m.Items[i]
		}
	}
	sum := newDigest()
	for _, it := range items {
		sum.add(it)
	}
	if got := sum.String(); got != digest {
		return "", nil, fmt.Errorf("%w: %q, they give %s", ErrDigest, digest, got)
	}
	r.raw, r.items = nil, items
	if ok {
		r.raw = raw
	}
	return digest, items, nil
}

// lines reads the form of Encode, and is not ok about anything else.
func (r *ManifestReader) lines(raw []byte) (digest string, items []*ManifestItem, ok bool) {
	digest, body, ok := cutHead(raw)
	if !ok {
		return "", nil, false
	}
	n := bytes.Count(body, []byte("\n")) + 1
	items = make([]*ManifestItem, 0, n)
	before := r.before()
	for i := 1; len(body) > 0; i++ {
		var line []byte
		line, body, _ = bytes.Cut(body, []byte("\n"))
		line, comma := bytes.CutSuffix(line, []byte(","))
		if comma != (i < n) {
			return "", nil, false
		}
		if known := before.same(line); known != nil {
			items = append(items, known)
			continue
		}
		it := new(ManifestItem)
		if json.Unmarshal(line, it) != nil {
			return "", nil, false
		}
		items = append(items, before.passed(it, line))
	}
	return digest, items, true
}

// cutHead splits the form of Encode into the digest and the lines of the items.
func cutHead(raw []byte) (digest string, body []byte, ok bool) {
	head, rest, _ := bytes.Cut(raw, []byte("\n"))
	body, ok = bytes.CutSuffix(rest, []byte("\n]}\n"))
	if !ok {
		return "", nil, false
	}
	if _, err := fmt.Sscanf(string(head), `{"digest":%q,"items":[`, &digest); err != nil {
		return "", nil, false
	}
	again, err := json.Marshal(digest)
	return digest, body, err == nil && string(head) == fmt.Sprintf(headForm, again)
}

// earlier walks over the manifest before while another is read: both list
// their items in the order of their files.
type earlier struct {
	body  []byte
	items []*ManifestItem
}

func (r *ManifestReader) before() *earlier {
	_, body, ok := cutHead(r.raw)
	if !ok {
		return &earlier{}
	}
	return &earlier{body: body, items: r.items}
}

func (e *earlier) line() []byte {
	line, _, _ := bytes.Cut(e.body, []byte("\n"))
	return bytes.TrimSuffix(line, []byte(","))
}

func (e *earlier) next() {
	_, e.body, _ = bytes.Cut(e.body, []byte("\n"))
	e.items = e.items[1:]
}

// same returns the next item of before if line is its line.
func (e *earlier) same(line []byte) *ManifestItem {
	if len(e.items) == 0 || !bytes.Equal(e.line(), line) {
		return nil
	}
	it := e.items[0]
	e.next()
	return it
}

// passed goes on to where it stood before, if it did, and returns the item to
// use: the one of before if only others were removed in front of it.
func (e *earlier) passed(it *ManifestItem, line []byte) *ManifestItem {
	for len(e.items) > 0 && e.items[0].File < it.File {
		e.next()
	}
	if known := e.same(line); known != nil {
		return known
	}
	if len(e.items) > 0 && e.items[0].File == it.File {
		e.next()
	}
	return it
}
