package migrate

import (
	"strings"
	"unicode"
)

// clients takes over remote write and remote read. The operator writes their
// fields in camel case and takes secrets by reference; Prometheus, and so this
// chart, has underscores and files.
func clients(target string) rule {
	return func(m *migration, path string, value any) {
		for i, v := range asList(value) {
			at := join(path, itoa(i))
			c := client{}
			out := c.convert(v, "", "")
			if c.stuck != "" {
				m.left(at, "It refers to a Secret or ConfigMap at "+c.stuck+", for which Prometheus has no file. Write the entry into "+target+" in Prometheus' own format, or send without it.")
				continue
			}
			m.add(at, target, out)
			for _, ref := range c.refs {
				m.mount(at, ref.kind, ref.name)
			}
		}
	}
}

// client is one entry on its way.
type client struct {
	// refs are the references that became files.
	refs []reference
	// stuck is the path of one that cannot.
	stuck string
}

// fileFields are fields that take a key of a Secret in the operator's format, by the
// field that holds them and their own name, and their equals in Prometheus'.
func fileFields() map[string]string {
	return map[string]string{
		"basicAuth.username":        "username_file",
		"basicAuth.password":        "password_file",
		"authorization.credentials": "credentials_file",
		"oauth2.clientSecret":       "client_secret_file",
		"tlsConfig.keySecret":       "key_file",
		"tlsConfig.ca":              "ca_file",
		"tlsConfig.cert":            "cert_file",
	}
}

// convert renames fields (writeRelabelConfigs, write_relabel_configs) and makes files
// of references. in is the field that v is the value of.
func (c *client) convert(v any, in, path string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for _, key := range sortedKeys(v) {
			value, at := v[key], join(path, key)
			if kept(key) {
				out[underscored(key)] = value
				continue
			}
			ref, isRef := refOf(value, inSecret)
			if !isRef {
				ref, isRef = secretOrConfigMap(value)
			}
			if !isRef {
				out[underscored(key)] = c.convert(value, key, at)
				continue
			}
			field, ok := fileFields()[in+"."+key]
			if !ok {
				c.stuck = at
				continue
			}
			c.refs = append(c.refs, ref)
			out[field] = ref.file()
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = c.convert(e, in, join(path, itoa(i)))
		}
		return out
	}
	return v
}

// kept are maps whose keys are a user's and no field names.
func kept(key string) bool { return key == "headers" || key == "params" || key == "endpointParams" }

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
