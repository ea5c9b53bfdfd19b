Console.WriteLine("ChatOps bot");
