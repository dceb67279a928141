(* Moments and cumulants by the recursion m_{n+1} = sum C(n,k) k_{k+1} m_{n-k}. *)
(* Main: cumulants_unique, moments_unique, cumulants_scale (34),                *)
(* first_cumulants, gaussian_cumulants_iff (13), cumulants_series (33), (34).   *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Cumulants.
Variable R : realFieldType.
Implicit Types mu kappa : nat -> R.

(* the recursion solved for the highest cumulant *)
Lemma cumulant_top mu kappa n : mu 0%N = 1 -> cumulants_of mu kappa ->
  kappa n.+1 = mu n.+1 - \sum_(k < n) 'C(n, k)%:R * kappa k.+1 * mu (n - k)%N.
Proof.
move=> m0 h; rewrite h big_ord_recr /= binn subnn m0 mulr1 mul1r.
by rewrite addrC addKr.
Qed.

Theorem cumulants_unique mu kappa kappa' : mu 0%N = 1 ->
  cumulants_of mu kappa -> cumulants_of mu kappa' ->
  forall n, kappa n.+1 = kappa' n.+1.
Proof.
move=> m0 h h' n; elim/ltn_ind: n => n IH.
rewrite (cumulant_top n m0 h) (cumulant_top n m0 h'); congr (_ - _).
by apply: eq_bigr => k _; rewrite (IH k).
Qed.

Theorem moments_unique mu mu' kappa : mu 0%N = mu' 0%N ->
  cumulants_of mu kappa -> cumulants_of mu' kappa -> forall n, mu n = mu' n.
Proof.
move=> m0 h h' n; elim/ltn_ind: n => -[//|n] IH.
rewrite h h'; apply: eq_bigr => k _; rewrite IH //.
by rewrite ltnS leq_subr.
Qed.

(* (34): the cumulants of c X are c^n times those of X. *)
Theorem cumulants_scale mu kappa (c : R) : cumulants_of mu kappa ->
  cumulants_of (fun n => c ^+ n * mu n) (fun n => c ^+ n * kappa n).
Proof.
move=> h n; rewrite h mulr_sumr; apply: eq_bigr => k _.
have -> : c ^+ n.+1 = c ^+ k.+1 * c ^+ (n - k) by rewrite -exprD addSn subnKC // -ltnS.
by ring.
Qed.

Theorem first_cumulants mu kappa : mu 0%N = 1 -> cumulants_of mu kappa ->
  kappa 1%N = mu 1%N /\ kappa 2%N = mu 2%N - mu 1%N ^+ 2.
Proof.
move=> m0 h; have k1 : kappa 1%N = mu 1%N.
  by rewrite (cumulant_top 0 m0 h) big_ord0 subr0.
split=> //; rewrite (cumulant_top 1 m0 h) big_ord_recl big_ord0 addr0 /= bin0 mul1r k1.
by rewrite expr2.
Qed.

(* (13): the Gaussian has no cumulants above the second, and only it. *)
Theorem gaussian_cumulants_iff mu kappa : mu 0%N = 1 -> cumulants_of mu kappa ->
  (forall n, kappa n.+3 = 0) <->
  (forall n, mu n.+2 = kappa 1%N * mu n.+1 + n.+1%:R * kappa 2%N * mu n).
Proof.
move=> m0 h; split=> [z n|g].
  rewrite h !big_ord_recl /= big1 => [|k _]; last by rewrite z mulr0 mul0r.
  by rewrite addr0 bin0 mul1r subn0 bin1 subn1.
elim/ltn_ind=> n IH.
rewrite (cumulant_top n.+2 m0 h) g !big_ord_recl /= big1 => [|k _]; last first.
  by rewrite /bump /= !add1n IH ?mulr0 ?mul0r // ltn_ord.
by rewrite addr0 bin0 mul1r subn0 bin1 subn1 /= subrr.
Qed.

(* (33), (34) as truncated series: with M = sum mu_n t^n/n! and                 *)
(* K = sum kappa_n t^n/n! to order N, M' = K' M up to order N, which is         *)
(* K = ln M without a logarithm.                                                *)
Theorem cumulants_series mu kappa (N n : nat) : (n < N)%N -> cumulants_of mu kappa ->
  ((moment_poly mu N)^`())`_n
  = ((cumulant_poly kappa N)^`() * moment_poly mu N)`_n.
Proof.
move=> nN h; rewrite coef_deriv coefM.
have fact0 k : (k`!)%:R != 0 :> R by rewrite pnatr_eq0 -lt0n fact_gt0.
have succ0 k : (k.+1)%:R != 0 :> R by rewrite pnatr_eq0.
rewrite coef_poly ltnS nN h mulr_suml -mulr_natr mulr_suml; apply: eq_bigr => k _.
have kn : (k <= n)%N by rewrite -ltnS.
rewrite coef_deriv coef_poly ltnS (leq_ltn_trans kn nN) /= coef_poly.
rewrite ltnS (leq_trans (leq_subr _ _) (ltnW nN)) -[_ *+ k.+1]mulr_natr !factS !natrM.
have := bin_fact kn => /(congr1 (fun m => m%:R : R)); rewrite !natrM => <-.
have b0 : 'C(n, k)%:R != 0 :> R by rewrite pnatr_eq0 -lt0n bin_gt0.
move: (fact0 k) (fact0 (n - k)%N) (succ0 n) (succ0 k) b0.
move: (k`!)%:R ((n - k)`!)%:R (n.+1)%:R (k.+1)%:R ('C(n, k))%:R => f g u v b f0 g0 u0 v0 b0.
by field; rewrite f0 g0 u0 v0 b0.
Qed.
End Cumulants.
