Console.WriteLine("ChatOps sidecar");
