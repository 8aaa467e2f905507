"""Puts Alibaba's own client through the server: prints what it saw as one line of JSON."""
import json
import os
import sys

import oss2

endpoint, region, version, key_id, secret, token = sys.argv[1:7]
auth_version = {'v1': oss2.AUTH_VERSION_1, 'v4': oss2.AUTH_VERSION_4}[version]
if token:
    auth = oss2.StsAuth(key_id, secret, token, auth_version)
else:
    auth = oss2.make_auth(key_id, secret, auth_version)
bucket = oss2.Bucket(auth, endpoint, 'shelf', region=region, connect_timeout=10)
seen = {}

# oss2 holds the CRC-64 of what it sends and gets against the header of the server, and raises when they differ.
put = bucket.put_object('dir/a b+c&é.txt', b'twelve bytes', headers={'x-oss-meta-who': 'python'})
seen['crc'] = put.crc is not None
seen['got'] = bucket.get_object('dir/a b+c&é.txt').read().decode()
seen['range'] = bucket.get_object('dir/a b+c&é.txt', byte_range=(2, 5)).read().decode()
head = bucket.head_object('dir/a b+c&é.txt')
seen['head'] = [head.content_length, head.headers['x-oss-meta-who'], head.etag]

for index in range(25):
    bucket.put_object('many/%02d' % index, b'x')
pages, token_, keys = 0, '', []
while True:
    page = bucket.list_objects_v2(prefix='many/', max_keys=10, continuation_token=token_)
    pages += 1
    keys += [each.key for each in page.object_list]
    if not page.is_truncated:
        break
    token_ = page.next_continuation_token
seen['list'] = [pages, len(keys), keys == sorted(keys)]
seen['dirs'] = bucket.list_objects_v2(delimiter='/').prefix_list
seen['deleted'] = len(bucket.batch_delete_objects(keys).deleted_keys)
seen['left'] = [each.key for each in bucket.list_objects_v2().object_list]

data = os.urandom(300 * 1024)
upload = bucket.init_multipart_upload('large').upload_id
parts = []
for number in (1, 2, 3):
    part = data[(number - 1) * 102400:number * 102400]
    parts.append(oss2.models.PartInfo(number, bucket.upload_part('large', upload, number, part).etag))
done = bucket.complete_multipart_upload('large', upload, parts)
seen['multipart'] = [bucket.get_object('large').read() == data, done.etag.split('-')[-1]]
upload = bucket.init_multipart_upload('aborted').upload_id
bucket.upload_part('aborted', upload, 1, b'x')
bucket.abort_multipart_upload('aborted', upload)
seen['aborted'] = bucket.object_exists('aborted')

try:
    bucket.put_object('large', b'again', headers={'x-oss-forbid-overwrite': 'true'})
except oss2.exceptions.ServerError as error:
    seen['forbidden'] = [error.status, error.code]
info = bucket.get_bucket_info()
seen['info'] = [info.name, info.location]
bucket.delete_object('large')
try:
    bucket.get_object('large')
except oss2.exceptions.NoSuchKey as error:
    seen['gone'] = [error.status, error.code]
print(json.dumps(seen))
