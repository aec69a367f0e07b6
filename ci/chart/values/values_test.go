package values

import (
	"encoding/json"
	"strings"
	"testing"
)

const sample = `# About the file.

# Not a description.

group:
  # -- How many, or
  # how few.
  # @schema {minimum: 1}
  count: 2
  # -- A name.
  name: ""
# -- What the user likes.
free:
  requests: {cpu: 1}
# -- Some.
list: [a, b]
`

func TestParse(t *testing.T) {
	tree, err := Parse([]byte(sample), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(tree) != 3 || len(tree[0].Children) != 2 || len(tree[1].Children) != 0 {
		t.Fatalf("wrong tree: %+v", tree)
	}
	count := tree[0].Children[0]
	if count.Path != "group.count" || count.Description != "How many, or how few." || count.Schema["minimum"] != 1 {
		t.Errorf("got %+v", count)
	}
}

func TestParseWantsDescriptions(t *testing.T) {
	for name, text := range map[string]string{
		"none":           "a: 1\n",
		"below":          "a:\n  b: 1\n",
		"empty map":      "a: {}\n",
		"broken @schema": "# -- A.\n# @schema {\na: 1\n",
		"no map":         "[]\n",
		"nothing":        "",
	} {
		if _, err := Parse([]byte(text), nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSchema(t *testing.T) {
	tree, err := Parse([]byte(sample), nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := Schema(tree, SchemaOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		AdditionalProperties bool
		Properties           map[string]struct {
			Type                 string
			AdditionalProperties *bool
			Properties           map[string]struct {
				Type    string
				Minimum int
			}
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	group := got.Properties["group"]
	if got.AdditionalProperties || group.AdditionalProperties == nil || *group.AdditionalProperties {
		t.Error("unknown keys are allowed")
	}
	if got.Properties["free"].AdditionalProperties != nil {
		t.Error("a described map is not free")
	}
	if c := group.Properties["count"]; c.Type != "integer" || c.Minimum != 1 {
		t.Errorf("count is %+v", c)
	}
}

func TestSchemaNeedsAType(t *testing.T) {
	tree, err := Parse([]byte("# -- A.\na: null\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Schema(tree, SchemaOptions{}); err == nil {
		t.Error("a default of null has no type, and no error was given")
	}
}

const sampleShapes = `image:
  # -- Registry.
  registry: ""
  # -- Digest.
  # @schema {pattern: "^sha256:"}
  digest: ""
`

func TestShapes(t *testing.T) {
	shapes, err := ParseShapes([]byte(sampleShapes))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := Parse([]byte("server:\n  # @schema {shape: image}\n  image:\n    registry: ghcr.io\n    digest: \"\"\n"), shapes)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Table(tree), "| `server.image.registry` | `ghcr.io` | Registry. |\n"; !strings.Contains(got, want) {
		t.Errorf("the table lacks %q:\n%s", want, got)
	}
	data, err := Schema(tree, SchemaOptions{Shapes: shapes})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"$ref": "#/definitions/image"`, `"pattern": "^sha256:"`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("the schema lacks %s:\n%s", want, data)
		}
	}
	for name, text := range map[string]string{
		"unknown shape": "# @schema {shape: picture}\nimage: {registry: \"\", digest: \"\"}\n",
		"a key less":    "# @schema {shape: image}\nimage: {registry: \"\"}\n",
		"a key more":    "# @schema {shape: image}\nimage: {registry: \"\", digest: \"\", tag: \"\"}\n",
		"no map":        "# @schema {shape: image}\nimage: nginx\n",
	} {
		if _, err := Parse([]byte(text), shapes); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Who brings the values of another chart is told where the same is set here.
func TestMovedAndUnknownKeys(t *testing.T) {
	tree, err := Parse([]byte(sample), nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := Schema(tree, SchemaOptions{Moved: map[string]string{"prometheus": "set server"}, Subcharts: []string{"content"}})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Properties    map[string]struct{ Enum []string }
		PropertyNames struct{ Enum []string }
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if e := got.Properties["prometheus"].Enum; len(e) != 1 || e[0] != "set server" {
		t.Errorf("of prometheus is said %v", e)
	}
	if want := "content free group list prometheus"; strings.Join(got.PropertyNames.Enum, " ") != want {
		t.Errorf("the names are %v, want %s", got.PropertyNames.Enum, want)
	}
}

func TestTable(t *testing.T) {
	tree, err := Parse([]byte(sample), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := Table(tree)
	for _, want := range []string{
		"| `group.count` | `2` | How many, or how few. |\n",
		"| `group.name` | `\"\"` | A name. |\n",
		"| `free` | `{requests: {cpu: 1}}` | What the user likes. |\n",
		"| `list` | `[a, b]` | Some. |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}
