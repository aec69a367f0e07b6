package operatorobjects

import (
	"iter"

	yamlv2 "go.yaml.in/yaml/v2"
)

// scalars yields all strings below a decoded YAML value that are not keys.
func scalars(v any) iter.Seq[string] {
	return func(yield func(string) bool) { eachScalar(v, yield) }
}

func eachScalar(v any, yield func(string) bool) bool {
	switch v := v.(type) {
	case string:
		return yield(v)
	case []any:
		for _, e := range v {
			if !eachScalar(e, yield) {
				return false
			}
		}
	case yamlv2.MapSlice:
		for _, item := range v {
			if !eachScalar(item.Value, yield) {
				return false
			}
		}
	}
	return true
}
