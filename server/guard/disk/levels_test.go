package disk

import (
	"testing"

	"github.com/oklog/ulid/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

func TestReserve(t *testing.T) {
	const mib, gib = 1 << 20, 1 << 30
	for _, c := range []struct {
		name    string
		reserve size.Size
		total   int64
		want    int64
	}{
		{"5 % of 10 GiB", DefaultReserve(), 10 * gib, gib / 2},
		{"a percentage is capped", DefaultReserve(), 1000 * gib, gib},
		{"bytes are taken as they are", size.Bytes(30 * gib), 1000 * gib, 30 * gib},
		{"never more than a quarter", size.Bytes(gib), 100 * mib, 25 * mib},
	} {
		if got := levelsOf(c.reserve, c.total).reserve; got/mib != c.want/mib {
			t.Errorf("%s: the reserve is %d MiB, want %d", c.name, got/mib, c.want/mib)
		}
	}
}

func TestHysteresis(t *testing.T) {
	l := levelsOf(size.Bytes(100), 10_000)
	now := flowing
	for i, step := range []struct {
		available int64
		want      state
	}{
		{1000, flowing}, {150, flowing}, {100, flowing},
		{99, trickling}, {120, trickling}, {149, trickling},
		{49, stopped}, {60, trickling}, {149, trickling},
		{150, flowing}, {100, flowing},
	} {
		if now = l.next(now, step.available); now != step.want {
			t.Fatalf("step %d, %d bytes free: state %d, want %d", i, step.available, now, step.want)
		}
	}
}

func TestOldest(t *testing.T) {
	l := levelsOf(size.Bytes(100), 10_000) // low is 200
	id := func(n byte) ulid.ULID { return ulid.ULID{15: n} }
	blocks := []block{
		{id: id(3), maxTime: 3, size: 40},
		{id: id(1), maxTime: 1, size: 60},
		{id: id(2), maxTime: 2, size: 50},
		{id: id(4), maxTime: 4, size: 500},
	}
	for _, c := range []struct {
		name      string
		available int64
		going     byte
		want      string
		ok        bool
	}{
		{"no pressure", 200, 0, "", true},
		{"one is enough", 150, 0, "1", true},
		{"as many as needed", 100, 0, "12", true},
		{"the newest stays", 60, 0, "123", true},
		{"futile", -60, 0, "", false},
		{"what goes anyway counts", 140, 2, "1", true},
		{"what goes anyway is enough", 150, 2, "", true},
	} {
		list := append([]block(nil), blocks...)
		for i := range list {
			list[i].going = c.going != 0 && list[i].id == id(c.going)
		}
		chosen, ok := oldest(list, c.available, l)
		var got string
		for _, b := range chosen {
			got += string('0' + rune(b.id[15]))
		}
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s: chose %q, %v; want %q, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}
