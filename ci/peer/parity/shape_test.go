package parity

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// shape describes a JSON value without its scalars: {"a":[string],"b":number}.
// The elements of an array count as one set, so arrays of different lengths
// have the same shape. Objects at the paths in free have names that depend on
// the data, such as labels: there only the shapes of the values count.
func shape(v any, free ...string) string { return shapeAt("", v, free) }

func shapeAt(path string, v any, free []string) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case map[string]any:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if slices.Contains(free, path) {
				parts = append(parts, "*:"+shapeAt(path+".*", v[k], free))
				continue
			}
			parts = append(parts, k+":"+shapeAt(path+"."+k, v[k], free))
		}
		slices.Sort(parts)
		return "{" + strings.Join(slices.Compact(parts), ",") + "}"
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, shapeAt(path+"[]", e, free))
		}
		slices.Sort(parts)
		return "[" + strings.Join(slices.Compact(parts), "|") + "]"
	case float64:
		return "number"
	default:
		return fmt.Sprintf("%T", v)
	}
}

// decode reads a JSON text, or one JSON text per line.
func decode(body []byte) (any, error) {
	var v any
	err := json.Unmarshal(body, &v)
	if err == nil {
		return v, nil
	}
	var lines []any
	for line := range strings.Lines(string(body)) {
		var one any
		if json.Unmarshal([]byte(line), &one) != nil {
			return nil, err
		}
		lines = append(lines, one)
	}
	return lines, nil
}

// unordered writes a JSON value so that the order of its lists does not count:
// neither server promises one for series.
func unordered(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, fmt.Sprintf("%q:%s", k, unordered(v[k])))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, unordered(e))
		}
		slices.Sort(parts)
		return "[" + strings.Join(parts, ",") + "]"
	default:
		return fmt.Sprintf("%#v", v)
	}
}
