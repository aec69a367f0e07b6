package dropin

import (
	"bytes"
	"encoding/json"
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
// of successive generations do. Its zero value is ready. It is not safe for
// concurrent use.
type ManifestReader struct {
	// seen are the lines of the manifest before, and the items they hold.
	seen map[string]ManifestItem
}

// Read parses a manifest, in the form of [Manifest.Encode] or any other JSON.
func (r *ManifestReader) Read(raw []byte) (Manifest, error) {
	m, seen, ok := r.lines(raw)
	if ok {
		r.seen = seen
		return m, nil
	}
	m = Manifest{}
	err := json.Unmarshal(raw, &m)
	return m, err
}

// lines reads the form of Encode, and is not ok about anything else.
func (r *ManifestReader) lines(raw []byte) (Manifest, map[string]ManifestItem, bool) {
	head, rest, found := bytes.Cut(raw, []byte("\n"))
	if !found || !bytes.HasSuffix(rest, []byte("\n]}\n")) {
		return Manifest{}, nil, false
	}
	var m Manifest
	if _, err := fmt.Sscanf(string(head), `{"digest":%q,"items":[`, &m.Digest); err != nil {
		return Manifest{}, nil, false
	}
	if digest, err := json.Marshal(m.Digest); err != nil || string(head) != fmt.Sprintf(headForm, digest) {
		return Manifest{}, nil, false
	}
	body := rest[:len(rest)-len("\n]}\n")]
	n := bytes.Count(body, []byte("\n")) + 1
	m.Items = make([]ManifestItem, 0, n)
	seen := make(map[string]ManifestItem, n)
	for i := 1; len(body) > 0; i++ {
		line, next, _ := bytes.Cut(body, []byte("\n"))
		body = next
		item, comma := bytes.CutSuffix(line, []byte(","))
		if comma != (i < n) {
			return Manifest{}, nil, false
		}
		it, known := r.seen[string(item)]
		if !known && json.Unmarshal(item, &it) != nil {
			return Manifest{}, nil, false
		}
		m.Items = append(m.Items, it)
		seen[string(item)] = it
	}
	return m, seen, true
}
