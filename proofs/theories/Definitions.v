(* Every definition that the statements in audit/Statements.v use.            *)
(* A reader who trusts this file and audit/Statements.v need read no proof.    *)
(*                                                                            *)
(*   exponential R     an exponential given by three laws, with a logarithm    *)
(*   distribution p    p >= 0 and sum p = 1 on a finite type                   *)
(*   Zsum, margV, ...  a two-layer weight w(v,h), its sums and its marginals   *)
(*   rbm_energy        equation (1) of demellokoch2019 with spins +1/-1        *)
(*   T_of, H_RG, ...   the variational step of Mehta and Schwab                *)
(*   factorized w      the product of the marginals, A(v,h)                    *)
(*   ring_Z, dec_*     Ising chains and decimation                             *)
(*   dbm_energy, ...   the Gaussian deep Boltzmann machine                     *)
(*   blk_*             block-spin renormalization with p(chi'|chi) a product   *)
(*   KL, entropy, ...  information, with 0 ln 0 = 0                            *)
(*   walsh, ...        multilinear monomials in +1/-1 spins                    *)
(*   stationary, ...   Markov kernels on a finite state space                  *)
(*   cumulants_of, ... moments and cumulants                                   *)
(*   is_derive         the derivative, by epsilon and delta                    *)

From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(* The three laws.  They force e 0 = 1, e > 0, strict growth, and they make    *)
(* ln the inverse of e (theories/Exponential.v).                               *)
Record exponential (R : realFieldType) := Exponential {
  expo :> R -> R;
  ln : R -> R;
  expoD : forall x y, expo (x + y) = expo x * expo y;
  expo_ge1Dx : forall x, 1 + x <= expo x;
  lnK : forall x, 0 < x -> expo (ln x) = x
}.

(* A spin: true is +1, false is -1. *)
Definition spin (R : realFieldType) (b : bool) : R := if b then 1 else -1.

(* A configuration of the spins that the finite type I labels. *)
Definition config (I : finType) := {ffun I -> bool}.

Section Hyperbolic.
Variables (R : realFieldType) (e : exponential R).
Definition ch (x : R) : R := (e x + e (- x)) / 2%:R.
Definition sh (x : R) : R := (e x - e (- x)) / 2%:R.
Definition th (x : R) : R := sh x / ch x.
Definition logistic (x : R) : R := 1 / (1 + e (- x)).
End Hyperbolic.

Section Finite.
Variables (R : realFieldType) (X : finType).
Definition distribution (p : X -> R) : Prop :=
  (forall x, 0 <= p x) /\ \sum_x p x = 1.
Definition expect (p f : X -> R) : R := \sum_x p x * f x.
Variable e : exponential R.
Definition partition (H : X -> R) : R := \sum_x e (- H x).
Definition free_energy (H : X -> R) : R := - ln e (partition H).
Definition boltzmann (H : X -> R) (x : X) : R := e (- H x) / partition H.
(* p ln (p/q) and p ln p: a factor 0 makes the term 0, whatever ln 0 is. *)
Definition KL (p q : X -> R) : R := \sum_x p x * ln e (p x / q x).
Definition entropy (p : X -> R) : R := - \sum_x p x * ln e (p x).
Definition dominated (p q : X -> R) : Prop := forall x, q x = 0 -> p x = 0.
End Finite.

(* (4), (5), (16): the Hamiltonian that summing over the second argument leaves. *)
Definition marginal_hamiltonian (R : realFieldType) (e : exponential R) (X Y : finType)
    (beta : R) (H : X -> Y -> R) (x : X) : R :=
  - (1 / beta * ln e (\sum_y e (- beta * H x y))).

Section TwoLayer.
Variables (R : realFieldType) (V H : finType).
Implicit Types w : V -> H -> R.
Definition Zsum w : R := \sum_v \sum_h w v h.
Definition margV w (v : V) : R := \sum_h w v h.
Definition margH w (h : H) : R := \sum_v w v h.
Definition probVH w (v : V) (h : H) : R := w v h / Zsum w.
Definition probV w (v : V) : R := margV w v / Zsum w.
Definition probH w (h : H) : R := margH w h / Zsum w.
Definition condH w (h : H) (v : V) : R := w v h / margV w v.
Definition condV w (v : V) (h : H) : R := w v h / margH w h.
Definition factorized w (v : V) (h : H) : R := probV w v * probH w h.
Definition expectVH w (f : V -> H -> R) : R := \sum_v \sum_h probVH w v h * f v h.
Variable e : exponential R.
Definition weight_of (E : V -> H -> R) (v : V) (h : H) : R := e (- E v h).
(* S(V) + S(H) - S(V,H) for the normalised weight *)
Definition mutual_information w : R :=
  entropy e (probV w) + entropy e (probH w)
  - entropy e (fun vh : V * H => probVH w vh.1 vh.2).
End TwoLayer.

Section MehtaSchwab.
Variables (R : realFieldType) (e : exponential R) (V H : finType).
Implicit Types (E T : V -> H -> R) (Hv : V -> R).
(* (43) *)
Definition T_of E Hv (v : V) (h : H) : R := - E v h + Hv v.
(* (60), the form with the sign that (44) ends in *)
Definition H_RG T Hv (h : H) : R := - ln e (\sum_v e (T v h - Hv v)).
(* (40) and the left side of (44), with the sign as printed *)
Definition H_RG_printed T Hv (h : H) : R := ln e (\sum_v e (T v h - Hv v)).
Definition H_RBM_hidden E (h : H) : R := - ln e (\sum_v e (- E v h)).
Definition H_RBM_visible E (v : V) : R := - ln e (\sum_h e (- E v h)).
(* (62), (41) *)
Definition unit_sum T : Prop := forall v, \sum_h e (T v h) = 1.
(* (61), with e^{-H_RG} where e^{i H_RG} is printed *)
Definition eq61 T Hv : R :=
  ln e (\sum_v e (- Hv v)) - ln e (\sum_h e (- H_RG T Hv h)).
End MehtaSchwab.

Section Rbm.
Variables (R : realFieldType) (I J : finType).
Implicit Types (b : J -> R) (W : I -> J -> R) (c : I -> R).
(* demellokoch2019 (1): b the hidden biases, c the visible ones *)
Definition rbm_energy b W c (v : config I) (h : config J) : R :=
  - (\sum_a b a * spin R (h a))
  - \sum_i \sum_a spin R (v i) * W i a * spin R (h a)
  - \sum_i c i * spin R (v i).
Definition hidden_field b W (v : config I) (a : J) : R :=
  \sum_i W i a * spin R (v i) + b a.
Definition visible_field W c (h : config J) (i : I) : R :=
  \sum_a W i a * spin R (h a) + c i.
Variable e : exponential R.
Definition rbm_weight b W c : config I -> config J -> R :=
  weight_of e (rbm_energy b W c).
(* Probability of h_a = +1 given v, and of v_i = +1 given h, by summation. *)
Definition hidden_on b W c (v : config I) (a : J) : R :=
  \sum_(h : config J | h a) condH (rbm_weight b W c) h v.
Definition visible_on b W c (h : config J) (i : I) : R :=
  \sum_(v : config I | v i) condV (rbm_weight b W c) v h.
(* Model averages, by summation over both layers. *)
Definition model_vh b W c (i : I) (a : J) : R :=
  expectVH (rbm_weight b W c) (fun v h => spin R (v i) * spin R (h a)).
Definition model_v b W c (i : I) : R :=
  expectVH (rbm_weight b W c) (fun v _ => spin R (v i)).
Definition model_h b W c (a : J) : R :=
  expectVH (rbm_weight b W c) (fun _ h => spin R (h a)).
(* Data averages: visible units from q, hidden ones from p(h|v). *)
Definition data_vh (q : config I -> R) b W c (i : I) (a : J) : R :=
  \sum_v \sum_h q v * condH (rbm_weight b W c) h v * (spin R (v i) * spin R (h a)).
Definition data_h (q : config I -> R) b W c (a : J) : R :=
  \sum_v \sum_h q v * condH (rbm_weight b W c) h v * spin R (h a).
Definition data_v (q : config I -> R) (i : I) : R := \sum_v q v * spin R (v i).
(* One coupling, one bias, set to another value. *)
Definition set_W W (i : I) (a : J) (x : R) : I -> J -> R :=
  fun i' a' => if (i' == i) && (a' == a) then x else W i' a'.
Definition set_at (K : finType) (f : K -> R) (k : K) (x : R) : K -> R :=
  fun k' => if k' == k then x else f k'.
(* The empirical distribution of samples s_1 ... s_N. *)
Definition empirical N (s : 'I_N -> config I) (v : config I) : R :=
  (\sum_A (s A == v)%:R) / N%:R.
End Rbm.

Section Ising.
Variables (R : realFieldType) (e : exponential R).
(* Coupling after summing one spin that is bound by K1 and K2, and prefactor. *)
Definition dec_K2 (K1 K2 : R) : R := (ln e (ch e (K1 + K2)) - ln e (ch e (K1 - K2))) / 2%:R.
Definition dec_A2 (K1 K2 : R) : R :=
  2%:R * e ((ln e (ch e (K1 + K2)) + ln e (ch e (K1 - K2))) / 2%:R).
Definition dec_K (K : R) : R := ln e (ch e (2%:R * K)) / 2%:R.
Definition dec_A (K : R) : R := 2%:R * e (dec_K K).
(* With a field h on the summed spin and h/2 from each end of a bond. *)
Definition field_weight (K h : R) (s1 s2 : bool) : R :=
  \sum_(s : bool) e (K * spin R s * (spin R s1 + spin R s2) + h * spin R s
                     + h / 2%:R * (spin R s1 + spin R s2)).
Definition field_K (K h : R) : R :=
  (ln e (ch e (2%:R * K + h)) + ln e (ch e (2%:R * K - h)) - 2%:R * ln e (ch e h)) / 4%:R.
Definition field_h (K h : R) : R :=
  h + (ln e (ch e (2%:R * K + h)) - ln e (ch e (2%:R * K - h))) / 2%:R.
Definition field_A (K h : R) : R :=
  2%:R * e ((ln e (ch e (2%:R * K + h)) + ln e (ch e (2%:R * K - h)) + 2%:R * ln e (ch e h)) / 4%:R).

(* The ring: sites 0 .. N-1, site i bound to next i. *)
Definition next N (i : 'I_N) : 'I_N :=
  Ordinal (ltn_pmod i.+1 (leq_ltn_trans (leq0n i) (ltn_ord i))).
Definition ring_weight N (K : R) (s : config [finType of 'I_N]) : R :=
  e (\sum_i K * spin R (s i) * spin R (s (next i))).
Definition ring_Z N (K : R) : R := \sum_s ring_weight (N := N) K s.
Definition ring_mean N (K : R) (g : config [finType of 'I_N] -> R) : R :=
  (\sum_s g s * ring_weight K s) / ring_Z N K.
(* Site i of the small ring is site 2 i of the large one. *)
Lemma double_subproof N (i : 'I_N) : (i.*2 < N.*2)%N.
Proof. by rewrite ltn_double. Qed.
Definition even_site N (i : 'I_N) : 'I_(N.*2) := Ordinal (double_subproof i).
Definition survivors N (s : config [finType of 'I_(N.*2)]) : config [finType of 'I_N] :=
  [ffun i => s (even_site i)].
(* T(s,t) = e^{K s t}; index 0 of the matrix is spin +1, index 1 is spin -1. *)
Definition transfer (K : R) : 'M[R]_2 :=
  \matrix_(i, j) e (K * spin R (i == ord0) * spin R (j == ord0)).

(* A graph whose decimated sites D have two neighbours l d and r d among the   *)
(* survivors S; F is the weight of the bonds among survivors.                  *)
Section Graph.
Variables (S D : finType) (l r : D -> S) (K1 K2 : D -> R) (F : config S -> R).
Definition graph_weight (s : config S) (t : config D) : R :=
  F s * e (\sum_d (K1 d * spin R (s (l d)) * spin R (t d)
                   + K2 d * spin R (t d) * spin R (s (r d)))).
Definition graph_decimated (s : config S) : R :=
  F s * e (\sum_d dec_K2 (K1 d) (K2 d) * spin R (s (l d)) * spin R (s (r d))).
End Graph.
End Ising.

Section Gaussian.
Variables (R : realFieldType) (n m p : nat).
Definition dot k (u v : 'cV[R]_k) : R := (u^T *m v) 0 0.
Definition form k l (u : 'cV[R]_k) (M : 'M[R]_(k, l)) (v : 'cV[R]_l) : R :=
  (u^T *m M *m v) 0 0.
(* exponent of the integrand of (6), and the logarithm of its right side;      *)
(* tau stands for 2 pi                                                         *)
Definition gauss_exponent k (M : 'M[R]_k) (J z : 'cV[R]_k) : R :=
  - (1 / 2%:R) * form z M z + dot J z.
Variable e : exponential R.
Variable tau : R.
Definition gauss_log k (M : 'M[R]_k) (J : 'cV[R]_k) : R :=
  ln e (tau ^+ k / \det M) / 2%:R + 1 / 2%:R * form J (invmx M) J.

Variables (beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)).
(* (1) *)
Definition dbm_energy (x : 'cV[R]_n) (y : 'cV[R]_m) (z : 'cV[R]_p) : R :=
  - dot a x + 1 / 2%:R * (dot y y + dot z z) - form x A y - form y B z.
(* B' of (8), the index order that makes it a matrix product *)
Definition B2 : 'M[R]_m := B *m B^T.
(* M and J of the two Gaussian steps *)
Definition zstep_M : 'M[R]_p := beta%:M.
Definition zstep_J (y : 'cV[R]_m) : 'cV[R]_p := beta *: (B^T *m y).
Definition ystep_M : 'M[R]_m := beta *: (1%:M - B2).
Definition ystep_J (x : 'cV[R]_n) : 'cV[R]_m := beta *: (A^T *m x).
(* H(x,y) and H(x), the integrals done by (6) *)
Definition ham_xy (x : 'cV[R]_n) (y : 'cV[R]_m) : R :=
  - dot a x + 1 / 2%:R * dot y y - form x A y
  - beta^-1 * gauss_log zstep_M (zstep_J y).
(* f and g with the powers of beta that the determinants have *)
Definition f_right : R := ln e (beta ^+ p / tau ^+ p) / (2%:R * beta).
Definition g_right : R :=
  ln e (beta ^+ (p + m) * \det (1%:M - B2) / tau ^+ (p + m)) / (2%:R * beta).
Definition ham_x (x : 'cV[R]_n) : R :=
  f_right - dot a x - beta^-1 * gauss_log ystep_M (ystep_J x).
(* f of (8), g of (18) and of (22), as printed *)
Definition f_printed : R := ln e (beta / tau ^+ p) / (2%:R * beta).
Definition g_printed18 : R :=
  ln e (beta ^+ 2 * (1 - \det B2) / tau ^+ (p + m)) / (2%:R * beta).
Definition g_printed22 : R :=
  - (ln e (beta ^+ 2 * (1 - \det (B *m B^T)) / tau ^+ (p + m)) / (2%:R * beta)).
(* A' of (15) *)
Definition A2 : 'M[R]_n := A *m invmx (1%:M - B2) *m A^T.
(* M and J of both steps at once, in the order (y, z) *)
Definition joint_M : 'M[R]_(m + p) := beta *: block_mx 1%:M (- B) (- B^T) 1%:M.
Definition joint_J (x : 'cV[R]_n) : 'cV[R]_(m + p) := col_mx (ystep_J x) 0.
(* logarithm of the normaliser of q(z): (9) as printed, and with beta^p *)
Definition q_lognorm_printed : R := ln e (beta / tau ^+ p) / 2%:R.
Definition q_lognorm : R := ln e (beta ^+ p / tau ^+ p) / 2%:R.
(* (10): ln of normaliser times the integral of exp(-beta/2 z.z + t.z) *)
Definition K_z (t : 'cV[R]_p) : R := q_lognorm + gauss_log (beta%:M) t.
Definition K_z_printed (t : 'cV[R]_p) : R := q_lognorm_printed + gauss_log (beta%:M) t.
End Gaussian.

Section Block.
(* J labels the blocks, B is the state space of one block, C that of one       *)
(* coarse variable; Kb j, q j may differ from block to block                   *)
Variables (R : realFieldType) (e : exponential R) (J B C : finType).
Variables (Kb : J -> B -> R) (q : J -> C -> B -> R) (K1 : {ffun J -> B} -> R).
Definition blk_K0 (x : {ffun J -> B}) : R := \sum_j Kb j (x j).
Definition blk_kernel (x' : {ffun J -> C}) (x : {ffun J -> B}) : R :=
  \prod_j q j (x' j) (x j).
(* right side of (26) *)
Definition blk_weight (x' : {ffun J -> C}) : R :=
  \sum_x blk_kernel x' x * e (blk_K0 x + K1 x).
Definition blk_K' (x' : {ffun J -> C}) : R := ln e (blk_weight x').
Definition blk_Zb (j : J) : R := \sum_b e (Kb j b).
Definition blk_Z0 : R := \sum_x e (blk_K0 x).
Definition blk_Z : R := \sum_x e (blk_K0 x + K1 x).
(* (30): block measure, its image, and Bayes *)
Definition blk_pH (j : J) (b : B) : R := e (Kb j b) / blk_Zb j.
Definition blk_pV (j : J) (c : C) : R := \sum_b q j c b * blk_pH j b.
Definition blk_pHV (j : J) (b : B) (c : C) : R := q j c b * blk_pH j b / blk_pV j c.
(* p(chi') and p(chi|chi') of the block measure p0 = e^{K0}/Z0 *)
Definition blk_p0 (x' : {ffun J -> C}) : R := \prod_j blk_pV j (x' j).
Definition blk_cond0 (x : {ffun J -> B}) (x' : {ffun J -> C}) : R :=
  \prod_j blk_pHV j (x j) (x' j).
Definition blk_mean0 (f : {ffun J -> B} -> R) (x' : {ffun J -> C}) : R :=
  \sum_x blk_cond0 x x' * f x.
(* p(chi') of the full measure e^{K}/Z, (25) *)
Definition blk_p (x' : {ffun J -> C}) : R :=
  \sum_x blk_kernel x' x * (e (blk_K0 x + K1 x) / blk_Z).
Definition stochastic (k : C -> B -> R) : Prop :=
  (forall c b, 0 <= k c b) /\ (forall b, \sum_c k c b = 1).
End Block.

Section Walsh.
Variables (R : realFieldType) (I : finType).
Definition walsh (S : {set I}) (s : config I) : R := \prod_(i in S) spin R (s i).
Definition walsh_coef (f : config I -> R) (S : {set I}) : R :=
  (\sum_s f s * walsh S s) / (2 ^ #|I|)%:R.
Definition multilinear (c : {set I} -> R) (s : config I) : R :=
  \sum_(S : {set I}) c S * walsh S s.
End Walsh.

Section Markov.
Variables (R : realFieldType) (X : finType).
Implicit Types (p : X -> R) (P Q : X -> X -> R).
Definition kernel P : Prop :=
  (forall x y, 0 <= P x y) /\ (forall x, \sum_y P x y = 1).
Definition stationary p P : Prop := forall y, \sum_x p x * P x y = p y.
Definition detailed_balance p P : Prop := forall x y, p x * P x y = p y * P y x.
Definition compose P Q (x z : X) : R := \sum_y P x y * Q y z.
Definition accept p (x y : X) : R := Num.min 1 (p y / p x).
(* propose y with probability q x y, accept with min(1, p y / p x), else stay *)
Definition metropolis p (q : X -> X -> R) (x y : X) : R :=
  if x == y then 1 - \sum_(z | z != x) q x z * accept p x z
  else q x y * accept p x y.
(* redraw x from p among the states that agree with it under r *)
Definition heat_bath (Y : eqType) (r : X -> Y) p (x y : X) : R :=
  if r x == r y then p y / \sum_(z | r z == r x) p z else 0.
End Markov.

(* One sweep of block Gibbs on (v,h): h from p(h|v), then v from p(v|h). *)
Definition gibbs_h (R : realFieldType) (V H : finType) (w : V -> H -> R) (x y : V * H) : R :=
  (x.1 == y.1)%:R * condH w y.2 y.1.
Definition gibbs_v (R : realFieldType) (V H : finType) (w : V -> H -> R) (x y : V * H) : R :=
  (x.2 == y.2)%:R * condV w y.1 y.2.
Definition gibbs_sweep (R : realFieldType) (V H : finType) (w : V -> H -> R) :=
  compose (gibbs_h w) (gibbs_v w).
(* the chain v -> h -> v' that it induces on the visible layer *)
Definition gibbs_visible (R : realFieldType) (V H : finType) (w : V -> H -> R) (v v' : V) : R :=
  \sum_h condH w h v * condV w v' h.

Section Cumulants.
Variable R : realFieldType.
Implicit Types (mu kappa : nat -> R).
(* m_{n+1} = sum_k C(n,k) kappa_{k+1} m_{n-k}; kappa 0 is not used *)
Definition cumulants_of mu kappa : Prop :=
  forall n, mu n.+1 = \sum_(k < n.+1) 'C(n, k)%:R * kappa k.+1 * mu (n - k)%N.
(* truncated generating functions, as polynomials *)
Definition moment_poly mu (N : nat) : {poly R} := \poly_(i < N.+1) (mu i / i`!%:R).
Definition cumulant_poly kappa (N : nat) : {poly R} :=
  \poly_(i < N.+1) (if i == 0%N then 0 else kappa i / i`!%:R).
End Cumulants.

Definition is_derive (R : realFieldType) (f : R -> R) (x l : R) : Prop :=
  forall eps, 0 < eps -> exists2 delta, 0 < delta &
    forall t, `|t| < delta -> `|f (x + t) - f x - l * t| <= eps * `|t|.
