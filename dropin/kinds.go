package dropin

import (
	"fmt"
	"strings"
)

// Kinds lists all kinds, in the order they are documented.
func Kinds() []Kind {
	return []Kind{KindScrape, KindRules, KindDashboard, KindDatasource, KindAlertmanager}
}

func kindList() string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// maxQuoted keeps a message readable when what is wrong is very long.
const maxQuoted = 80

// quote shows what an author wrote, on one line and not without end.
func quote(s string) string {
	if len(s) > maxQuoted {
		return fmt.Sprintf("%q…", strings.ToValidUTF8(s[:maxQuoted], ""))
	}
	return fmt.Sprintf("%q", s)
}
