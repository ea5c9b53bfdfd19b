Console.WriteLine("ChatOps demo");
