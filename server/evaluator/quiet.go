package evaluator

import (
	"context"
	"log/slog"
)

// quiet drops the Info records, in which a Manager tells that it starts and
// stops: hundreds of them would fill pages at every start.
func quiet(l *slog.Logger) *slog.Logger {
	return slog.New(withoutInfo{l.Handler()})
}

type withoutInfo struct{ slog.Handler }

func (h withoutInfo) Enabled(ctx context.Context, l slog.Level) bool {
	return l != slog.LevelInfo && h.Handler.Enabled(ctx, l)
}

func (h withoutInfo) WithAttrs(a []slog.Attr) slog.Handler {
	return withoutInfo{h.Handler.WithAttrs(a)}
}

func (h withoutInfo) WithGroup(name string) slog.Handler {
	return withoutInfo{h.Handler.WithGroup(name)}
}
