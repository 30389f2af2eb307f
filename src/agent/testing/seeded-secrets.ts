/** Configuration as it is found on gateways, with what must not leave them; and what must be left as it is. For tests. */

/** `tails`: parts of a secret that alone are not looked for, but must not be left standing. */
type Seeded = { text: string; secrets: readonly string[]; tails?: readonly string[] };

/** By the file's name within the folder of configuration. */
export const SHAPED: Record<string, Seeded> = {
  'tails.conf': {
    text: [
      'password = correct horse battery',
      'smtp_password=tail1,after-comma',
      'ftp_password=tail2&after-amp',
      'web_password=tail3;after-semi',
      'vnc_password=tail4{after-brace',
      "sip_password=tail5'after-quote",
      'plc_password=tail6<after-less',
      'hmi_password="tail7"after-quoted',
      '  export CAM_PASSWORD=tail8 after-export',
      'opc_password = tail9 # after-comment',
    ].join('\n'),
    secrets: [
      ...['correct horse battery', 'tail1,after-comma', 'tail2&after-amp', 'tail3;after-semi', 'tail4{after-brace'],
      ...["tail5'after-quote", 'tail6<after-less', 'tail8 after-export', 'tail9 # after-comment'],
    ],
    tails: [
      ...[
        'horse',
        'battery',
        'after-comma',
        'after-amp',
        'after-semi',
        'after-brace',
        'after-quote',
        'after-less',
        'after-export',
        'tail9',
      ],
      'after-quoted',
    ],
  },
  'wifi.yaml': {
    text: 'wifi:\n  - ssid: yard\n    password: |\n      block-line-1\n\n      block-line-2\n    band: 5ghz\nuplink:\n  password: >-\n    folded-one\n    folded-two\n  apn: internet\nvpn:\n  password:\n    next-line-pw\n',
    secrets: ['block-line-1', 'block-line-2', 'folded-one', 'folded-two', 'next-line-pw'],
  },
  'camera.service': {
    text: 'ExecStart=/usr/bin/cam --user gw --password cli-spaced --port 8554\nExecStop=/usr/bin/cam --password=cli-equals --now\nExecReload=/usr/bin/cam --api-key "cli quoted" -v\nargs = ["--password", "cli-array"]\n',
    secrets: ['cli-spaced', 'cli-equals', 'cli quoted', 'cli-array'],
  },
  'fetch.txt': {
    text: 'machine files login gw password netrc-inline\ncurl -u gw:curl-userpw https://files/x\ndb.yard:5432:crane:gw:pgpass\\:inline\n',
    secrets: ['netrc-inline', 'curl-userpw', 'pgpass\\:inline'],
  },
  'snmpd.conf': {
    text: 'rocommunity ro-plant-9 10.0.0.0/8\nrwcommunity "rw plant 9"\ncom2sec local default c2s-plant-9\ntrapsink 10.20.1.9 trap-plant-9\ncreateUser mon SHA "auth plant 9" AES priv-plant-9\nsyslocation yard\n',
    secrets: ['ro-plant-9', 'rw plant 9', 'c2s-plant-9', 'trap-plant-9', 'auth plant 9', 'priv-plant-9'],
  },
  'wpa.conf': {
    text: 'network={\n\tssid="yard"\n\tkey_mgmt=WPA-PSK\n\twep_key0=wep0a\n\twep_key1="wep-one-1"\n\tpsk=psk bare words\n\tsae_password="sae-one-1"\n}\n#psk="psk-in-comment"\n',
    secrets: ['wep0a', 'wep-one-1', 'psk bare words', 'sae-one-1', 'psk-in-comment'],
  },
  'wireless.uci': {
    text: "config wifi-iface 'yard'\n\toption ssid 'yard'\n\toption encryption 'psk2'\n\toption key 'uci-key-1'\n",
    secrets: ['uci-key-1'],
  },
  interfaces: {
    text: 'iface wlan0 inet dhcp\n    wpa-psk ifup-psk-1\n    wpa-passphrase ifup words two\n',
    secrets: ['ifup-psk-1', 'ifup words two'],
  },
  'api.ini': {
    text: '[weather api]\nkey = short7\n[display]\nkey = value\n[cloud]\nkey = Zk83jfLq02mXv7Rt\n',
    secrets: ['short7', 'Zk83jfLq02mXv7Rt'],
  },
  'bare.conf': { text: 'passphrase bare words three\nremote_password mosq-remote-1\n', secrets: ['bare words three', 'mosq-remote-1'] },
  'pairs.json': {
    text: '{"env":[{"name":"password","value":"pair-first"},{"name":"DB_PASSWORD","type":"text","value":"pair-typed"},{"value":"pair-last","name":"api_token"}],"passwords":["list-one-1","list-two-2"],"zone":"north"}\n',
    secrets: ['pair-first', 'pair-typed', 'pair-last', 'list-one-1', 'list-two-2'],
  },
  'pairs.yaml': {
    text: 'env:\n  - name: DB_PASSWORD\n    value: pair in yaml\n  - name: ZONE\n    value: north\n',
    secrets: ['pair in yaml'],
  },
  'entries.xml': {
    text: '<c><entry key="password">xml-entry</entry><add key="password" value="xml-attr"/><password><![CDATA[xml<cdata]]></password><key>password</key><string>xml-plist</string><pw:password>xml&amp;space</pw:password><zone>north</zone></c>\n',
    secrets: ['xml-entry', 'xml-attr', 'xml<cdata', 'xml-plist', 'xml&amp;space'],
  },
  'vpn.ovpn': { text: '<auth-user-pass>\ngw\novpn-inline\n</auth-user-pass>\n', secrets: ['ovpn-inline'] },
};

/** Left out as a whole. */
export const FILES_OF_SECRETS: Record<string, Seeded> = {
  '.pgpass': { text: 'db.yard:5432:crane:gw:pgpass-file\\:1\n', secrets: ['pgpass-file:1'] },
  '.netrc': { text: 'machine files\n  login gw\n  password netrc-file\n', secrets: ['netrc-file'] },
  'ppp/chap-secrets': { text: '# client server secret addr\ngw * "chap file" *\n', secrets: ['chap file'] },
  'ppp/pap-secrets': { text: 'gw isp pap-file *\n', secrets: ['pap-file'] },
  'openvpn/yard-auth-user-pass': { text: 'gw\novpn-file-1\n', secrets: ['ovpn-file-1'] },
  'openvpn/auth.txt': { text: 'gw\novpn-file-2\n', secrets: ['ovpn-file-2'] },
  'secrets/mqtt_password': { text: 'mqtt-file-1\n', secrets: ['mqtt-file-1'] },
};

/** Nobody can look for anything in a bundle from which these are gone. */
export const HARMLESS: readonly string[] = [
  '2026-03-01T08:00:00.000Z info ota: OTA-JOB-00042 downloading: v5.0.5 for slot B',
  `{"sha256":"${'ab'.repeat(32)}","slot":"A","kid":"command-key-2026","nonce":"zR3h5kQ1v7"}`,
  '{"hoist":{"maxSpeedMps":1.5,"brakeTorqueNm":[12100,12080]},"password":null}',
  'tokens are checked; passwords are not kept here',
  'key = value',
  'key = hoist_load_under_limit_2',
  'key = /etc/ssl/private/gateway.pem',
  '{"key":"hoist-load-under-limit","value":12}',
  '{"name":"zone","value":"north"}',
  'key_mgmt=WPA-PSK',
  'compass_offset = 12.5',
  'bypass_valve = open',
  'passive_mode = on',
  'pinion_ratio = 3.25',
  'ping_interval = 30',
  'port = 161 # of the broker',
  '<entry key="zone">north</entry>',
  'ExecStart=/usr/bin/cam --host 10.20.1.6 --port 8554',
  'option ssid yard',
  'syslocation yard 7, north gate',
  'fe80:1234:abcd:0001:0002:0003:0004:0005 is up',
  '10:15:32:info: the hoist is at rest',
  'name: north; value: 7',
  'description: |\n  the login of the user is done by card',
  'the user gw logged in at 10:15',
];
