import time, statistics, pytest
from django.db import connection
from tests.desk.test_directory import of, reverse
@pytest.mark.django_db
def test_perf(cast):
    with connection.cursor() as c:
        c.execute("SET LOCAL session_replication_role = replica")
        t=time.time()
        c.execute("""INSERT INTO directory_account (id,version,created_at,modified_at,kind,name,registration_number,domain,phone,street,postal_code,city,country)
          SELECT gen_random_uuid(),1,now(),now(),'customer', md5(i::text)||' company','', md5((i*7)::text)||'.example','','','','City '||(i%500),'DK' FROM generate_series(1,100000) i""")
        print("PERF acc", time.time()-t, flush=True)
        c.execute("""INSERT INTO directory_contact (id,version,created_at,modified_at,account_id,name,job_title,email,phone)
          SELECT gen_random_uuid(),1,now(),now(),(SELECT id FROM directory_account LIMIT 1), md5(i::text)||' person','', md5((i*3)::text)||'@x.example','' FROM generate_series(1,100000) i""")
        c.execute("""INSERT INTO directory_account (id,version,created_at,modified_at,kind,name,registration_number,domain,phone,street,postal_code,city,country)
          SELECT gen_random_uuid(),1,now(),now(),'partner', md5(i::text)||' partner','', md5((i*7)::text)||'.example','','','','City '||(i%%500),'DK' FROM generate_series(1,10000) i""", [])
        c.execute("""INSERT INTO directory_partner (id,version,created_at,modified_at,account_id,status,time_zone) SELECT gen_random_uuid(),1,now(),now(),id,'active','UTC' FROM directory_account WHERE kind='partner' AND name LIKE '%% partner'""", [])
        c.execute("""INSERT INTO directory_person (id,version,created_at,modified_at,email,name,password,is_active,vendor_role,partner_id,partner_role,job_title,phone,language,time_zone,theme,density,shortcuts)
          SELECT gen_random_uuid(),1,now(),now(), md5(i::text)||'@p.example', md5((i*5)::text)||' human','x',true,'',(SELECT id FROM directory_partner ORDER BY id OFFSET 5 LIMIT 1),'seller','','','en','UTC','auto','comfortable',true FROM generate_series(1,50000) i""")
        print("PERF all", time.time()-t, flush=True)
        c.execute("SET LOCAL session_replication_role = origin")
        for tb in ("account","contact","partner","person"): c.execute(f"ANALYZE directory_{tb}")
        print("PERF ana", time.time()-t, flush=True)
    ada = of(cast.ada)
    from django.test.utils import CaptureQueriesContext
    for many, qs in {"accounts":["","?q=company","?q=c4ca42","?q=ab","?page=300","?sort=-name","?q=city+4"],"contacts":["","?q=person","?q=c4ca42","?q=lindholm","?sort=-name"],"partners":["","?q=partner","?q=c4ca","?sort=-status","?sort=account__city"],"people":["","?q=human","?q=c4ca42","?view=vendor","?sort=-last_login"]}.items():
        for q in qs:
            ts=[]
            for _ in range(3):
                t=time.perf_counter(); r=ada.get(reverse(f"desk:{many}")+q); ts.append(time.perf_counter()-t); assert r.status_code==200
            with CaptureQueriesContext(connection) as cq: ada.get(reverse(f"desk:{many}")+q)
            slow=max(cq, key=lambda x: float(x["time"]))
            print("PERF", many, q, f"{statistics.median(ts)*1000:.0f} ms", "slowest", slow["time"], slow["sql"][:60] if float(slow["time"])<.03 else slow["sql"][:1500], flush=True)
