package dropin

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// maxDecompressed bounds what a gzip value may become, so that one ConfigMap of
// a megabyte cannot fill the memory. It is far above what a drop-in needs:
// Kubernetes itself allows no uncompressed value over 1 MiB.
const maxDecompressed = 8 << 20

var errTooLarge = errors.New("decompressed value is too large")

// gunzip decompresses data if it begins with gzip's magic number, which no
// YAML and no JSON can.
func gunzip(data []byte) ([]byte, *Problem) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	plain, err := decompress(data)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, &Problem{
			Code:    CodeTooLarge,
			Message: fmt.Sprintf("the value is over %d MiB when decompressed", maxDecompressed>>20),
			Remedy:  "Split the drop-in.",
		}
	case err != nil:
		return nil, &Problem{
			Code:    CodeBadGzip,
			Message: fmt.Sprintf("the value begins as gzip does and cannot be decompressed: %v", err),
			Remedy:  "Compress it again; a binaryData value is base64 of the compressed bytes.",
		}
	}
	return plain, nil
}

func decompress(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxDecompressed+1))
	if err != nil {
		return nil, err
	}
	if len(plain) > maxDecompressed {
		return nil, errTooLarge
	}
	return plain, nil
}
