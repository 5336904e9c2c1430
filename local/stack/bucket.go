package stack

import (
	"io"
	"net"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// bucket stands in for the bucket of the page, as far as functions write into it: own music. It is in memory.
type bucket struct {
	objects *s3mem.Backend
	url     string // where the functions find S3; their roles are looked at before it
}

// bucketName is what !Ref PageBucket is here.
const bucketName = "PageBucket"

func (s *Stack) startBucket() (bucket, error) {
	b := bucket{objects: s3mem.New()}
	if err := b.objects.CreateBucket(bucketName); err != nil {
		return b, err
	}
	l, err := net.Listen("tcp", address(0))
	if err != nil {
		return b, err
	}
	s.serve(l, s.Guard.Before(gofakes3.New(b.objects).Server()))
	b.url = "http://" + l.Addr().String()
	return b, nil
}

// object is an object's content, nil if there is none.
func (b bucket) object(key string) []byte {
	o, err := b.objects.GetObject(bucketName, key, nil)
	if err != nil {
		return nil
	}
	defer func() { _ = o.Contents.Close() }()
	content, err := io.ReadAll(o.Contents)
	if err != nil {
		return nil
	}
	return content
}
