package migrate

import (
	"strings"
	"unicode"
)

// clients takes over remote write and remote read. The operator writes their
// fields in camel case and takes secrets by reference; Prometheus, and so this
// chart, has underscores and the secrets themselves or files.
func clients(target string) rule {
	return func(m *migration, path string, value any) {
		for i, v := range asList(value) {
			at := join(path, itoa(i))
			if ref := reference(v, ""); ref != "" {
				m.left(at, "It refers to a Secret at "+ref+". Mount the Secret by server.pod and name the file, for instance basic_auth.password_file, in "+target+".")
				continue
			}
			m.add(at, target, snake(v))
		}
	}
}

// reference returns the path of a reference to a key of a Secret or ConfigMap.
func reference(v any, path string) string {
	switch v := v.(type) {
	case map[string]any:
		_, name := v["name"].(string)
		_, key := v["key"].(string)
		if name && key && len(v) <= 3 {
			return path
		}
		for _, k := range sortedKeys(v) {
			if found := reference(v[k], join(path, k)); found != "" {
				return found
			}
		}
	case []any:
		for i, e := range v {
			if found := reference(e, join(path, itoa(i))); found != "" {
				return found
			}
		}
	}
	return ""
}

// kept are maps whose keys are a user's and no field names.
func kept(key string) bool { return key == "headers" || key == "params" }

// snake renames fields: writeRelabelConfigs, write_relabel_configs.
func snake(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			if !kept(key) {
				value = snake(value)
			}
			out[underscored(key)] = value
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = snake(e)
		}
		return out
	}
	return v
}

func underscored(s string) string {
	if s == "oauth2" {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
