package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// defaults are fields that Grafana has by itself when they are not there. The
// builders write them out, which is a fifth of all bytes.
var defaults = map[string][]byte{
	"transparent": []byte("false"), "repeatDirection": []byte(`"h"`), "instant": []byte("false"), "skipUrlSync": []byte("false"), "auto": []byte("false"),
	"auto_min": []byte(`"10s"`), "auto_count": []byte("30"), "allowCustomValue": []byte("true"), "multi": []byte("false"), "includeAll": []byte("false"),
	"fiscalYearStartMonth": []byte("0"), "annotations": []byte("{}"), "targetBlank": []byte("false"), "icon": []byte(`""`),
	"tooltip": []byte(`""`), "justifyMode": []byte(`"auto"`), "textMode": []byte(`"auto"`), "wideLayout": []byte("true"),
	"showPercentChange": []byte("false"), "percentChangeColorMode": []byte(`"standard"`), "orientation": []byte(`""`), "legendFormat": []byte(`""`),
}

// trim leaves out what goes without saying: fields with Grafana's own default,
// and the datasource of each query, which is its panel's.
func trim(data []byte) ([]byte, error) {
	var tree map[string]any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&tree); err != nil {
		return nil, fmt.Errorf("trim: %w", err)
	}
	if err := trimValue(tree, false); err != nil {
		return nil, fmt.Errorf("trim: %w", err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tree); err != nil {
		return nil, fmt.Errorf("trim: %w", err)
	}
	return out.Bytes(), nil
}

func trimValue(v any, target bool) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := trimValue(e, target); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, e := range v {
			if key == "datasource" && target {
				delete(v, key)
				continue
			}
			if want, ok := defaults[key]; ok {
				have, err := json.Marshal(e)
				if err != nil {
					return err
				}
				if bytes.Equal(have, want) {
					delete(v, key)
					continue
				}
			}
			if err := trimValue(e, key == "targets"); err != nil {
				return err
			}
		}
	}
	return nil
}
