use super::events::*;
use crate::store::log::EventLog;
use crate::store::index::KeyIndex;
#[test]
fn tmpbench() {
    let Ok(n) = std::env::var("BENCH_N") else { return };
    let n: usize = n.parse().unwrap();
    let dir = std::path::PathBuf::from("/tmp/store-bench");
    let _ = std::fs::remove_dir_all(&dir);
    let mut events = many(n);
    let hour = crate::event::time::HOUR_US;
    for (i, e) in events.iter_mut().enumerate() { e.event.subject = crate::event::ids::Subject::new(&format!("s-{:x}", 0xa0000 + (i * 31) % (n / 40 + 1))).unwrap(); e.event.when.micros = 1_700_000_000_000_000 + ((i*7919)%9973) as i64 * hour; }
    println!("size {}", std::mem::size_of::<crate::store::row::Logged>());
    let gated: Vec<_> = events.iter().map(|e| (gated(&e.event), e.origin, e.basis, e.content)).collect();
    let log = EventLog::open_or_create(&dir).unwrap();
    let t = std::time::Instant::now();
    let mut b = log.batch().unwrap();
    for (e,o,a,c) in gated { b.push(e,o,a,c).unwrap(); }
    b.keep_source().unwrap();
    println!("push {:?}", t.elapsed());
    println!("{:?}", b.commit(&["abc".into()], "ingest").unwrap());
    println!("commit {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let log = log.refresh().unwrap();
    println!("refresh {:?}", t.elapsed());
    let k = KeyIndex::of(&log).unwrap();
    println!("index {} {:?}", k.len(), t.elapsed());
    let t = std::time::Instant::now();
    let mut seen = 0;
    for s in 0..8 { seen += log.scan(s*8..s*8+8).unwrap().len(); }
    println!("scan8 {} {:?}", seen, t.elapsed());
    let t = std::time::Instant::now();
    let all = log.scan(0..64).unwrap();
    println!("scan all {} {:?}", all.len(), t.elapsed());
}

#[test]
fn tmpphases() {
    if std::env::var("BENCH_N").is_err() { return };
    use crate::store::row::Row;
    use crate::store::columns::encode::encode;
    let mut rows: Vec<Row> = many(200_000).into_iter().map(|stored| Row { share: crate::store::share::share_of(&stored.event.subject), stored }).collect();
    for (i, e) in rows.iter_mut().enumerate() { e.stored.event.subject = crate::event::ids::Subject::new(&format!("s-{:x}", 0xa0000 + (i * 31) % (5000))).unwrap(); e.stored.event.when.micros = 1_700_000_000_000_000 + ((i*7919)%9973) as i64 * 3600_000_000; }
    for _ in 0..3 {
    let t = std::time::Instant::now();
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_unstable_by(|a, b| a.file_order(b));
    println!("sort {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let b = encode(&sorted).unwrap();
    println!("encode {:?}", t.elapsed());
    for (name, props) in [("full", crate::store::data_file::properties())] {
    let t = std::time::Instant::now();
    let mut w = parquet::arrow::ArrowWriter::try_new(Vec::new(), b.schema(), Some(props)).unwrap();
    w.write(&b).unwrap();
    let out = w.into_inner().unwrap();
    println!("{name} {} {:?}", out.len(), t.elapsed());
    }
    for i in 0..b.num_columns() {
        let one = b.project(&[i]).unwrap();
        let t = std::time::Instant::now();
        let mut p = parquet::file::properties::WriterProperties::builder().set_compression(parquet::basic::Compression::ZSTD(Default::default())).set_data_page_row_count_limit(8192).set_max_row_group_row_count(Some(65536)).set_statistics_enabled(parquet::file::properties::EnabledStatistics::Page);
        for name in ["id", "content", "time", "studytime_us", "line"] { p = p.set_column_dictionary_enabled(parquet::schema::types::ColumnPath::from(name), false); }
        for name in ["time", "studytime_us", "line"] { p = p.set_column_encoding(parquet::schema::types::ColumnPath::from(name), parquet::basic::Encoding::DELTA_BINARY_PACKED); }
        let mut w = parquet::arrow::ArrowWriter::try_new(Vec::new(), one.schema(), Some(p.build())).unwrap();
        w.write(&one).unwrap();
        let out = w.into_inner().unwrap();
        let e = t.elapsed();
        if e.as_millis() > 5 { println!("   {} {} {:?}", one.schema().field(0).name(), out.len(), e); }
    }
    }
}
