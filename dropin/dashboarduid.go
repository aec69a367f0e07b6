package dropin

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// madeUID is the uid of a dashboard whose author gave it none: always the same for
// one drop-in, and different from all others.
func madeUID(ref Ref) string { return "dropin-" + sum([]byte(ref.String()))[:24] }

// withUID puts a uid into a dashboard. No line moves, so that a problem's line
// stays right.
func withUID(data []byte, old member, uid string) []byte {
	if old.raw != nil {
		return slices.Concat(data[:old.start], strconv.AppendQuote(nil, uid), data[old.start+len(old.raw):])
	}
	i := bytes.IndexByte(data, '{') + 1
	return slices.Concat(data[:i], fmt.Appendf(nil, `"uid": %q, `, uid), data[i:])
}

func validUID(s string) bool {
	ok, err := regexp.MatchString(`^[a-zA-Z0-9_-]{1,40}$`, s)
	return ok && err == nil
}
