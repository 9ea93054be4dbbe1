import socket, threading, time
import uvicorn, httpx
def test_rate(app, standing):
    s=socket.create_server(("127.0.0.1",0)); s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1); port=s.getsockname()[1]
    srv=uvicorn.Server(uvicorn.Config(app,log_level="warning",access_log=False))
    t=threading.Thread(target=lambda: srv.run(sockets=[s]),daemon=True); t.start()
    for name,(m,u,b,h) in {"post":("POST","/v1/products",{"name":"x","tax_code":"998314"},{}),"postkey":("POST","/v1/products",{"name":"x","tax_code":"998314"},{"k":1}),"get":("GET","/v1/products?limit=1",None,{}),"health":("GET","/healthz",None,{})}.items():
        with httpx.Client(base_url=f"http://127.0.0.1:{port}",headers={"Authorization":"Bearer "+standing.key}) as c:
            c.request(m,u,json=b)
            t0=time.perf_counter()
            for i in range(200): c.request(m,u,json=b,headers={"Idempotency-Key":f"{name}{i}"} if h else {})
            print(name, 1000*(time.perf_counter()-t0)/200,"ms each, one client")
    srv.should_exit=True; t.join()
